// What axe-core finds wrong on this screen once nothing on it moves, in short.
const done = arguments[arguments.length - 1];
const moving = document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime !== Infinity);
Promise.allSettled(moving.map((one) => one.finished))
  .then(() => axe.run(document, { resultTypes: ['violations'] }))
  .then(
    (found) => done(found.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')} ${node.failureSummary}`))),
    (error) => done([String(error)]),
  );

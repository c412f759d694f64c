// Says whether the café is open, by the visitor's own clock, and marks today in the table of hours.
// Without it the pages lose nothing but this.

const hours = [[9, 17], null, [8, 18], [8, 18], [8, 18], [8, 21], [9, 21]]; // Sunday first

function status(now) {
  const today = hours[now.getDay()];
  const hour = now.getHours() + now.getMinutes() / 60;
  if (today && hour >= today[0] && hour < today[1]) return { open: true, text: `Open now, until ${today[1]}:00` };
  for (let ahead = 0; ahead < 8; ahead++) {
    const day = (now.getDay() + ahead) % 7;
    if (!hours[day] || (ahead === 0 && hour >= hours[day][0])) continue;
    const name = ahead === 0 ? "today" : ahead === 1 ? "tomorrow" : new Date(2024, 8, 1 + day).toLocaleDateString("en", { weekday: "long" });
    return { open: false, text: `Closed now. Back ${name} at ${hours[day][0]}:00` };
  }
}

const now = new Date();

for (const sign of document.querySelectorAll("[data-open]")) {
  const { open, text } = status(now);
  sign.textContent = text;
  sign.classList.toggle("yes", open);
}

document.querySelector(`tr[data-day="${now.getDay()}"]`)?.classList.add("today");

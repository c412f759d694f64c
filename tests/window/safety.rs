//! What the page in the window cannot do.

use serde_json::{Value, json};

use crate::harness::{Scene, Website, Window};

/// Runs in the page what calls `done` with a word.
fn outcome(window: &Window<'_>, script: &str) -> Value {
    window.execute_async(&format!("const done = arguments[arguments.length - 1];\n{script}"))
}

#[test]
fn nothing_but_what_was_built_in_runs_or_is_reached() {
    let scene = Scene::new();
    let visited = Website::of(&scene.folder());
    assert!(visited.get("index.html").is_some(), "it could be reached");
    let window = scene.open();
    window.is_ready();
    assert_eq!(window.execute("return typeof window.__TAURI__"), "undefined");

    // What is evaluated is refused, and so are scripts and styles in the page.
    let evaluated = "setTimeout('window.evaluated = true', 0);
        let code = 'refused'; try { code = new Function('return 1')() } catch {}
        setTimeout(() => done([code, window.evaluated ?? 'refused']), 20);";
    assert_eq!(outcome(&window, evaluated), json!(["refused", "refused"]));
    let inline =
        "const script = document.createElement('script'); script.textContent = 'window.inline = true';
        const style = document.createElement('style'); style.textContent = 'body { outline: 3px solid red }';
        document.head.append(script, style);
        const seen = [window.inline ?? 'refused', getComputedStyle(document.body).outlineStyle];
        script.remove(); style.remove(); done(seen);";
    assert_eq!(outcome(&window, inline), json!(["refused", "none"]));

    // Nothing of the network: by script, picture, frame, socket or link.
    let address = visited.address();
    for try_it in [
        format!(
            "fetch('{address}/index.html', {{ mode: 'no-cors' }}).then(() => done('reached'), () => done('refused'))"
        ),
        "fetch('file:///etc/passwd').then(() => done('reached'), () => done('refused'))".to_owned(),
        format!(
            "const picture = new Image(); picture.onload = () => done('reached');
            picture.onerror = () => done('refused'); picture.src = '{address}/picture.svg'"
        ),
        format!(
            "try {{ const socket = new WebSocket('{}/'); socket.onopen = () => done('reached');
            socket.onerror = () => done('refused') }} catch {{ done('refused') }}",
            address.replace("http", "ws")
        ),
    ] {
        assert_eq!(outcome(&window, &try_it), "refused", "{try_it}");
    }
    let violations = format!(
        "const seen = []; addEventListener('securitypolicyviolation', (event) => seen.push(event.effectiveDirective));
        const frame = document.createElement('iframe'); frame.src = '{address}/';
        const script = document.createElement('script'); script.src = '{address}/code.js';
        document.body.append(frame, script);
        setTimeout(() => {{ frame.remove(); script.remove(); done(seen.sort()) }}, 100);"
    );
    assert_eq!(outcome(&window, &violations), json!(["frame-src", "script-src-elem"]));
}

#[test]
fn the_policy_allows_nothing_unsafe_and_nothing_remote() {
    let scene = Scene::new();
    let window = scene.open();
    window.is_ready();
    // Whoever goes against the policy is told it.
    let broken = "addEventListener('securitypolicyviolation', (event) => done(event.originalPolicy));
        const script = document.createElement('script'); script.textContent = '0';
        document.head.append(script); script.remove();";
    let policy = outcome(&window, broken);
    let policy = policy.as_str().unwrap();
    for part in policy.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        let sources: Vec<&str> = part.split(' ').skip(1).collect();
        let known = ["'none'", "'self'", "ipc:", "http://ipc.localhost"];
        let harmless = |source: &&str| {
            known.contains(source) || source.starts_with("'sha256-") || source.starts_with("'nonce-")
        };
        assert!(sources.iter().all(harmless), "{policy}");
    }
    assert!(policy.contains("default-src 'none'"), "{policy}");
}

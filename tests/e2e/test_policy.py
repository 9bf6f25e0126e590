"""The page's policy in a real browser: nothing of it is broken by our own page, and it holds against others."""

from pathlib import Path

from tests.e2e.conftest import Window


def test_the_own_page_breaks_no_policy(window: Window) -> None:
    """Each view is drawn without one thing the policy forbids; the address and the title hold no secret."""
    told: list[str] = []
    window.page.on("console", lambda message: told.append(message.text))
    window.open()
    for view in ("import", "data", "sql", "jobs"):
        window.go(view)

    assert [text for text in told if "Content Security Policy" in text or "Refused" in text] == []
    assert "/auth" not in window.page.url
    assert "t=" not in window.page.url + window.page.title()
    assert window.foreign == []


def test_the_page_cannot_load_or_tell_anything_elsewhere(window: Window) -> None:
    """Even a script in the page reaches no other host, and turns no text into code."""
    window.open()
    outcomes = window.page.evaluate(
        """async () => {
            const tried = {broken: []};
            document.addEventListener("securitypolicyviolation", e => tried.broken.push(e.effectiveDirective));
            tried.fetch = await fetch("http://127.0.0.1:9/x").then(() => "sent", e => e.name);
            navigator.sendBeacon("http://127.0.0.1:9/x", "x");
            tried.image = await new Promise(done => {
                const image = new Image();
                image.onload = () => done("loaded");
                image.onerror = () => setTimeout(() => done("refused"), 100);
                image.src = "http://127.0.0.1:9/x.png";
            });
            try { new Function("return 1")(); tried.code = "ran"; } catch (e) { tried.code = e.name; }
            return tried;
        }"""
    )

    assert outcomes["fetch"] == "TypeError"
    assert outcomes["image"] == "refused"
    assert {"connect-src", "img-src"} <= set(outcomes["broken"])
    assert outcomes["code"] == "EvalError"


def test_another_page_cannot_frame_or_read_it(window: Window, tmp_path: Path) -> None:
    """A local page, which counts as foreign, gets neither the content nor a frame with it."""
    window.open()
    page = tmp_path / "foreign.html"
    page.write_text(
        f"<iframe id=f src='{window.engine.origin}/'></iframe><script>"
        f"window.read = fetch('{window.engine.origin}/', {{credentials: 'include'}})"
        ".then(() => 'read', e => e.name)</script>",
        encoding="utf-8",
    )
    window.page.goto(page.as_uri())

    assert window.page.evaluate("window.read") == "TypeError"
    frame = window.page.frames[-1]
    assert ".st-key" not in frame.content()
    assert frame.locator("[data-testid=stApp]").count() == 0

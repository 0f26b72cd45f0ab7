"""What a page must never do, noted while a test drives it: break its scripts, its policy, or leave the machine."""

from playwright.sync_api import ConsoleMessage, Page, Request


def watch(page: Page, address: str) -> list[str]:
    """Returns a list that fills with sentences while the page is used; ``address`` is the only host it may ask."""
    faults: list[str] = []

    def console(message: ConsoleMessage) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            faults.append(f"blocked by the content security policy: {message.text}")

    def request(asked: Request) -> None:
        if not asked.url.startswith((address, "data:", "blob:", "about:")):
            faults.append(f"asked another host: {asked.url}")

    page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
    page.on("console", console)
    page.on("request", request)
    return faults

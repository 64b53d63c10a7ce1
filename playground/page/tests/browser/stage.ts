/** What the browser tests stand on: the program under test, Chromium, and windows that notice what may not happen. */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium, type Browser, type BrowserContextOptions, type Locator, type Page } from "playwright-core";
import { expect } from "vitest";

export const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const PYTHON = `${ROOT}.venv/bin/python`;
const FLAGS = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/usr/bin/google-chrome-stable", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];

const AXE = readFileSync(`${ROOT}playground/page/node_modules/axe-core/axe.min.js`, "utf8");

export function chromiumPath(): string {
  const found = [process.env.CHROMIUM, ...PLACES].find((path) => path && existsSync(path));
  if (!found) throw new Error("no Chromium was found: set CHROMIUM=/path/to/it, or apt-get install chromium");
  return found;
}

export const open = (): Promise<Browser> => chromium.launch({ executablePath: chromiumPath(), args: FLAGS });

/** A program of the project that prints where its page is. */
export class Program {
  private constructor(
    private readonly process: ChildProcess,
    readonly url: string,
  ) {}

  /** Start it, and wait until it has printed an address and what says that it is ready. */
  static start(args: string[], ready: RegExp): Promise<Program> {
    const child = spawn(PYTHON, args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, COLUMNS: "200" } });
    let said = "";
    return new Promise((resolve, reject) => {
      child.stderr.on("data", (bytes) => (said += String(bytes)));
      child.stdout.on("data", (bytes) => {
        said += String(bytes);
        const url = /http:\/\/127\.0\.0\.1:\d+(?=\s|$)/m.exec(said);
        if (url && ready.test(said)) resolve(new Program(child, url[0]));
      });
      child.on("exit", (status) => reject(new Error(`it ended with ${status}: ${said.slice(-2_000)}`)));
    });
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null) return;
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill("SIGTERM");
    await ended;
  }
}

/** What a line of Python prints. */
export function python(code: string): string {
  return execFileSync(PYTHON, ["-c", code], { cwd: ROOT, encoding: "utf8" }).trim();
}

/** A window of the page; it remembers what may not happen. */
export class Window {
  readonly faults: string[] = [];

  private constructor(
    readonly page: Page,
    url: string,
  ) {
    page.on("console", (message) => message.type() === "error" && this.faults.push(`console: ${message.text()}`));
    page.on("pageerror", (error) => this.faults.push(`page: ${error.message}`));
    page.on("request", (request) => {
      const { protocol, host } = new URL(request.url());
      if (protocol.startsWith("http") && host !== new URL(url).host) this.faults.push(`another host: ${request.url()}`);
    });
  }

  static async open(browser: Browser, url: string, person = "U0ALICE", options: BrowserContextOptions = {}): Promise<Window> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, colorScheme: "light", acceptDownloads: true, ...options });
    context.setDefaultTimeout(20_000);
    const window = new Window(await context.newPage(), url);
    await window.page.goto(`${url}/?as=${person}`);
    await window.composer.waitFor();
    return window;
  }

  get composer(): Locator {
    return this.page.locator("#composer textarea");
  }

  get messages(): Locator {
    return this.page.locator("main .message");
  }

  /** The messages of the app in the middle that are no progress reports. */
  private get finished(): Locator {
    return this.messages.filter({ has: this.page.locator(".app") }).filter({ hasNotText: "Looking" });
  }

  /** The newest of them. */
  get answer(): Locator {
    return this.finished.last();
  }

  async go(name: string): Promise<void> {
    await this.page.locator(".sidebar").getByRole("button", { name }).click();
  }

  /** Type something and send it; the first message that comes after it and is finished, or the form that it opened. */
  async ask(words: string): Promise<Locator> {
    const last = (await this.stamps(this.messages)).at(-1) ?? "";
    await this.composer.fill(words);
    await this.composer.press("Enter");
    const form = this.page.getByRole("dialog");
    let found = "";
    const answered = async () => {
      found = (await this.stamps(this.finished)).find((stamp) => stamp > last) ?? "";
      return found !== "" || (await form.count()) > 0;
    };
    await expect.poll(answered, { timeout: 20_000, message: `an answer to ${words}` }).toBe(true);
    return found ? this.page.locator(`main .message[data-ts="${found}"]`) : form;
  }

  private stamps(messages: Locator): Promise<string[]> {
    return messages.evaluateAll((all) => all.map((each) => (each as HTMLElement).dataset.ts ?? ""));
  }

  /** Close what is open, one form after the other. */
  async closeForms(): Promise<void> {
    const title = this.page.getByRole("dialog").getByRole("heading").first();
    while (await title.count()) {
      const closed = await title.elementHandle();
      await this.page.keyboard.press("Escape");
      await expect.poll(() => closed?.evaluate((element) => element.isConnected)).toBe(false);
    }
  }

  /** As at the beginning, for the next test: nothing open, the first channel in sight; and nothing happened that may not. */
  async tidy(): Promise<void> {
    await this.closeForms();
    await this.go("phones");
    expect(this.faults.splice(0)).toEqual([]);
  }

  async close(): Promise<void> {
    await this.page.context().close();
    expect(this.faults).toEqual([]);
  }
}

interface Axe {
  run: (within: string, options: object) => Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>;
}

/** What a screen reader or a keyboard would stumble over, in the page or a part of it. */
export async function axe(page: Page, within = "html"): Promise<string[]> {
  await page.evaluate(AXE);
  const found = await page.evaluate(async (part) => {
    const { axe } = window as unknown as { axe: Axe };
    return (await axe.run(part, { resultTypes: ["violations"] })).violations;
  }, within);
  return found
    .filter((each) => each.impact === "serious" || each.impact === "critical")
    .map((each) => `${each.id}: ${each.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
}

/** Whether anything reaches over the edge of the window. */
export function tooWide(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
}

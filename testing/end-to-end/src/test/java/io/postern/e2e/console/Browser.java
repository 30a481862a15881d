package io.postern.e2e.console;

import io.postern.e2e.Project;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.openqa.selenium.By;
import org.openqa.selenium.Cookie;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * Debian's Chromium at the console. Nothing is downloaded: its driver is the package's. What the
 * browser refuses to run, and what fails in its scripts, is kept and asked for.
 */
final class Browser implements AutoCloseable {
  private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final URI console;
  private final ChromeDriver driver;

  private Browser(URI console, boolean script) {
    this.console = console;
    ChromeOptions options = new ChromeOptions();
    options.setBinary(CHROMIUM.toFile());
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--hide-scrollbars",
        "--lang=en");
    if (!script) {
      options.setExperimentalOption(
          "prefs", Map.of("profile.managed_default_content_settings.javascript", 2));
    }
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    options.setCapability("goog:loggingPrefs", logs);
    driver =
        new ChromeDriver(
            new ChromeDriverService.Builder().usingDriverExecutable(DRIVER.toFile()).build(),
            options);
    driver.manage().timeouts().pageLoadTimeout(PATIENCE);
    size(1280, 1000);
  }

  /** Whether this machine has one (packages chromium and chromium-driver). */
  static boolean isHere() {
    return Files.isExecutable(DRIVER) && Files.isExecutable(CHROMIUM);
  }

  static Browser open(URI console) {
    return new Browser(console, true);
  }

  static Browser withoutScript(URI console) {
    return new Browser(console, false);
  }

  ChromeDriver driver() {
    return driver;
  }

  Browser size(int width, int height) {
    driver.manage().window().setSize(new Dimension(width, height));
    return this;
  }

  Browser go(String path) {
    driver.get(console.resolve(path).toString());
    return this;
  }

  Browser signIn(String name, String password) {
    go("/sign-in");
    type("name", name).type("password", password);
    driver.findElement(By.cssSelector("main button[type=submit]")).click();
    until(() -> !path().startsWith("/sign-in"));
    return this;
  }

  /** The field with that name gets the text. */
  Browser type(String field, String text) {
    WebElement element = driver.findElement(By.cssSelector("main [name='" + field + "']"));
    element.clear();
    element.sendKeys(text);
    return this;
  }

  /** The link or button of the main part with that text. */
  Browser press(String text) {
    find(text)
        .orElseThrow(() -> new AssertionError("no link or button \"" + text + "\" at " + path()))
        .click();
    return this;
  }

  private Optional<WebElement> find(String text) {
    return driver.findElements(By.cssSelector("main a, main button, main summary")).stream()
        .filter(element -> element.getText().strip().equals(text))
        .findFirst();
  }

  Browser language(String language) {
    return cookie("postern-language", language);
  }

  Browser theme(String theme) {
    return cookie("postern-theme", theme);
  }

  Browser zone(String zone) {
    return cookie("postern-zone", zone);
  }

  private Browser cookie(String name, String value) {
    driver.manage().addCookie(new Cookie.Builder(name, value).path("/").build());
    return this;
  }

  /** Path and query. */
  String path() {
    URI at = URI.create(driver.getCurrentUrl());
    return at.getRawQuery() == null ? at.getRawPath() : at.getRawPath() + "?" + at.getRawQuery();
  }

  String text() {
    return driver.findElement(By.tagName("body")).getText();
  }

  /** Elements beyond the window's right edge, where the page is wider than the window. */
  List<String> tooWide() {
    Object found =
        driver.executeScript(
            """
            const root = document.documentElement, width = root.clientWidth;
            if (root.scrollWidth <= width + 1) return [];
            const within = e => e.parentElement && (e.parentElement.matches('.scroll, pre, .hidden') || within(e.parentElement));
            return [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > width + 1 && !within(e))
              .map(e => e.outerHTML.slice(0, 160)).slice(0, 5).concat(['the page']);
            """);
    return found instanceof List<?> list ? list.stream().map(Object::toString).toList() : List.of();
  }

  /**
   * What a stranger's text has made of the page: elements, handlers, links elsewhere, or characters
   * that nobody sees. What a form sends back may have such characters.
   */
  List<String> takenOver() {
    Object found =
        driver.executeScript(
            """
            const hidden = /[\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u00ad\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff]/;
            const found = [];
            if (!document.title.endsWith('Postern')) found.push('title: ' + document.title);
            for (const e of document.querySelectorAll('main *')) {
              if (e.matches('script, img, iframe, object, style, link, base')) found.push(e.outerHTML.slice(0, 200));
              for (const a of e.attributes) {
                if (a.name.startsWith('on')) found.push(a.name + '=' + a.value.slice(0, 100));
                if (['href', 'action', 'src', 'hx-get'].includes(a.name) && !/^([/#?]|$|http:.{2}127[.]0[.]0[.]1:)/.test(a.value)) found.push(a.name + '=' + a.value.slice(0, 100));
                if (a.name !== 'value' && hidden.test(a.value)) found.push('hidden in ' + a.name + ': ' + encodeURI(a.value.slice(0, 100).toWellFormed()));
              }
            }
            const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            while (texts.nextNode()) {
              const t = texts.currentNode;
              if (!t.parentElement.matches('textarea, script') && hidden.test(t.data)) found.push('hidden: ' + encodeURI(t.data.slice(0, 100).toWellFormed()));
            }
            return found;
            """);
    return found instanceof List<?> list ? list.stream().map(Object::toString).toList() : List.of();
  }

  /** A viewport of this width, as of a telephone: a window has a least width. */
  Browser viewport(int width) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", 900, "deviceScaleFactor", 1, "mobile", false));
    return this;
  }

  void until(java.util.concurrent.Callable<Boolean> condition) {
    Awaitility.await("at " + path()).atMost(PATIENCE).ignoreExceptions().until(condition);
  }

  /** What the browser refused or a script failed in, since the last call. */
  List<String> complaints() {
    List<String> complaints = new ArrayList<>();
    for (LogEntry entry : driver.manage().logs().get(LogType.BROWSER)) {
      if (entry.getLevel().intValue() >= Level.WARNING.intValue()) {
        complaints.add(entry.getMessage());
      }
    }
    return complaints;
  }

  /** Rules of WCAG 2.2, A and AA, that the page breaks, each with the elements. */
  List<String> barriers() throws IOException {
    driver.executeScript(Axe.script());
    Object found =
        driver.executeAsyncScript(
            """
            const done = arguments[arguments.length - 1];
            axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}).then(
              r => done(r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html.slice(0, 200)).join(' | '))),
              e => done(['axe failed: ' + e]));
            """);
    return found instanceof List<?> list ? list.stream().map(Object::toString).toList() : List.of();
  }

  /** The whole page as a PNG below target/screenshots. */
  void picture(String name) throws IOException {
    Path folder = Files.createDirectories(Project.root().resolve("target/screenshots"));
    Files.write(folder.resolve(name + ".png"), driver.getScreenshotAs(OutputType.BYTES));
  }

  Stream<String> links() {
    return driver.findElements(By.cssSelector("a[href]")).stream()
        .map(a -> String.valueOf(a.getDomAttribute("href")));
  }

  @Override
  public void close() {
    driver.quit();
  }

  /** The engine of accessibility rules, from the tree. */
  private static final class Axe {
    private static String script() throws IOException {
      try (var in = Browser.class.getClassLoader().getResourceAsStream("axe-core/axe.min.js")) {
        if (in == null) {
          throw new IllegalStateException("axe-core is not among the test's resources");
        }
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
      }
    }
  }
}

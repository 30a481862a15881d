package io.postern.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;

/**
 * All pages, in both languages and both themes, wide and narrow: nobody is kept out by them, the
 * browser has nothing to refuse, no text is missing. Their pictures are the documentation's.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(WithChromium.class)
class ConsolePagesTest {
  // A part of a file's name, such as docs/guides/when-to-force-tls.md, is none.
  private static final Pattern KEY =
      Pattern.compile("(?<![\\w/.-])[a-z]+(\\.[a-z][a-zA-Z-]*){1,3}\\b");

  private Example example;
  private Browser browser;

  @BeforeAll
  void start() throws Exception {
    example = Example.running();
    browser = Browser.open(example.console()).signIn(example.name(), example.password());
  }

  @AfterAll
  void stop() {
    browser.close();
  }

  private List<String> pages() throws Exception {
    List<String> pages = new ArrayList<>(Pages.FIXED);
    pages.addAll(Pages.of(example));
    return pages;
  }

  @Test
  void nobodyIsKeptOut() throws Exception {
    List<String> barriers = new ArrayList<>();
    for (String page : pages()) {
      for (String theme : List.of("light", "dark")) {
        browser.theme(theme).language("en").go(page);
        for (String barrier : browser.barriers()) {
          barriers.add(page + " (" + theme + ") " + barrier);
        }
        for (String complaint : browser.complaints()) {
          barriers.add(page + " " + complaint);
        }
        browser.picture(Pages.name(page) + "-" + theme);
      }
    }
    assertThat(barriers).isEmpty();
  }

  @Test
  void aTelephoneShowsThemWhole() throws Exception {
    List<String> wide = new ArrayList<>();
    browser.size(320 + 180, 900); // a window has a least width: the viewport is set below
    try {
      browser
          .driver()
          .executeCdpCommand(
              "Emulation.setDeviceMetricsOverride",
              Map.of("width", 320, "height", 900, "deviceScaleFactor", 1, "mobile", false));
      for (String page : pages()) {
        browser.go(page);
        for (String element : browser.tooWide()) {
          wide.add(page + ": " + element);
        }
      }
    } finally {
      browser.driver().executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
      browser.size(1280, 1000);
    }
    assertThat(wide).isEmpty();
  }

  @Test
  void noTextIsMissingInEitherLanguage() throws Exception {
    List<String> missing = new ArrayList<>();
    Set<String> groups = Pages.groups();
    assertThat(groups).contains("frame", "search", "con", "queue");
    for (String page : pages()) {
      for (String language : List.of("en", "de")) {
        browser.language(language).go(page);
        String text = browser.driver().findElement(By.tagName("main")).getText();
        Matcher key = KEY.matcher(text);
        while (key.find()) {
          if (groups.contains(key.group().replaceFirst("\\..*", ""))
              && !key.group().endsWith(".example")) {
            missing.add(page + " " + language + " " + key.group());
          }
        }
        assertThat(browser.driver().findElement(By.tagName("html")).getDomAttribute("lang"))
            .isEqualTo(language);
      }
    }
    browser.language("en");
    assertThat(missing).isEmpty();
  }

  /** A number of the overview is the mail that its link finds. */
  @Test
  void theOverviewsNumbersLeadToTheirMail() throws Exception {
    browser.go("/");
    List<WebElement> cells =
        browser.driver().findElements(By.cssSelector("td[data-value]:not([data-value='0'])"));
    assertThat(cells).hasSizeGreaterThanOrEqualTo(2);
    for (WebElement cell : cells) {
      String link = String.valueOf(cell.findElement(By.tagName("a")).getDomAttribute("href"));
      int recipients = Integer.parseInt(String.valueOf(cell.getDomAttribute("data-value")));
      assertThat(link).startsWith("/messages?");
      assertThat(example.get("/api/v1" + link).path("found").size())
          .as(link)
          .isBetween(1, recipients);
    }
  }

  @Test
  void eachPageIsThereAsJsonAndOnTheCommandLine() throws Exception {
    List<String> missing = new ArrayList<>();
    for (String page : pages()) {
      browser.go(page);
      List<WebElement> json = browser.driver().findElements(By.cssSelector("footer.same > a"));
      List<WebElement> command =
          browser.driver().findElements(By.cssSelector("footer.same details code"));
      if (json.size() != 1 || command.size() != 1) {
        missing.add(page + ": " + json.size() + " links, " + command.size() + " commands");
        continue;
      }
      String line = String.valueOf(command.getFirst().getDomProperty("textContent"));
      if (!line.startsWith("postern ") && !line.startsWith("curl ")) {
        missing.add(page + ": " + line);
      }
      String href = String.valueOf(json.getFirst().getDomAttribute("href"));
      Object answer =
          browser
              .driver()
              .executeAsyncScript(
                  """
                  const done = arguments[arguments.length - 1];
                  fetch(arguments[0]).then(async r => {
                    const text = await r.text();
                    JSON.parse(text);
                    done([r.status, r.headers.get('Content-Type'), text.replace(/\\s/g, '') !== '{}'].join(' '));
                  }).catch(e => done(String(e)));
                  """,
                  href);
      boolean empty = Pages.WITHOUT_DATA.contains(page);
      if (!String.valueOf(answer)
          .matches("200 application/json(;.*)? " + (empty ? ".*" : "true"))) {
        missing.add(page + " as JSON at " + href + ": " + answer);
      }
    }
    assertThat(missing).isEmpty();
  }

  /** Not as browsers of the United States write them, and in the reader's zone. */
  @Test
  void aChartWritesTimesAsThePageDoes() {
    Object script =
        browser
            .driver()
            .executeCdpCommand(
                "Page.addScriptToEvaluateOnNewDocument",
                Map.of(
                    "source",
                    """
                    window.drawn = [];
                    const fill = CanvasRenderingContext2D.prototype.fillText;
                    CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
                      window.drawn.push(text);
                      return fill.call(this, text, ...rest);
                    };
                    """))
            .get("identifier");
    zone("Asia/Kolkata"); // whose hours begin at half past those of UTC
    try {
      browser.language("de").go("/?since=24h").go("/?since=24h");
      browser.until(() -> !drawn().isEmpty());

      assertThat(drawn()).anyMatch(text -> text.matches("\\d\\d:00"));
      assertThat(drawn()).anyMatch(text -> text.matches("\\d{1,2}\\. [A-Z][a-zä]+\\.?"));
      assertThat(drawn()).noneMatch(text -> text.matches("(?i).*\\d[ap]m.*|.*/.*|.*:[1-9].*"));
    } finally {
      browser
          .driver()
          .executeCdpCommand(
              "Page.removeScriptToEvaluateOnNewDocument",
              Map.of("identifier", String.valueOf(script)));
      zone("");
      browser.language("en");
    }
  }

  /**
   * @param name empty: the machine's
   */
  private void zone(String name) {
    browser.driver().executeCdpCommand("Emulation.setTimezoneOverride", Map.of("timezoneId", name));
  }

  /** What the page's charts wrote. */
  private List<String> drawn() {
    return browser.driver().executeScript("return window.drawn") instanceof List<?> texts
        ? texts.stream().map(String::valueOf).toList()
        : List.of();
  }
}

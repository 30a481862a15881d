package io.postern.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
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
  // A part of a file's name, such as docs/when-to-force-tls.md, is none.
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
              java.util.Map.of(
                  "width", 320, "height", 900, "deviceScaleFactor", 1, "mobile", false));
      for (String page : pages()) {
        browser.go(page);
        for (String element : browser.tooWide()) {
          wide.add(page + ": " + element);
        }
      }
    } finally {
      browser
          .driver()
          .executeCdpCommand("Emulation.clearDeviceMetricsOverride", java.util.Map.of());
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
}

package io.postern.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.lab.SmtpClient;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;

/** What strangers and other organizations can do to a page, and what a page asks of a browser. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(WithChromium.class)
class ConsoleSafetyTest {
  private static final String PASSWORD = "a password of some length";
  private static final long MOST_BYTES = 200_000;

  private Example example;

  @BeforeAll
  void start() throws Exception {
    example = Example.running();
  }

  private List<String> pages() throws Exception {
    List<String> pages = new ArrayList<>(Pages.FIXED);
    pages.addAll(Pages.of(example));
    return pages;
  }

  @Test
  void aFirstPageComesQuicklyAndIsSmall() {
    try (Browser browser = Browser.open(example.console())) {
      browser.signIn(example.name(), example.password());
      browser.driver().executeCdpCommand("Network.enable", Map.of());
      browser.driver().executeCdpCommand("Network.clearBrowserCache", Map.of());
      browser.go("/");
      Object bytes =
          browser
              .driver()
              .executeScript(
                  "return performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation')).reduce((sum, e) => sum + e.transferSize, 0)");
      Object millis =
          browser
              .driver()
              .executeScript(
                  "return Math.round(performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd)");
      System.out.println("postern: first page: " + bytes + " octets, " + millis + " ms");
      assertThat(((Number) java.util.Objects.requireNonNull(bytes)).longValue())
          .isBetween(20_000L, MOST_BYTES);
    }
  }

  @Test
  void withoutScriptEverythingIsRead() throws Exception {
    List<String> empty = new ArrayList<>();
    try (Browser browser = Browser.withoutScript(example.console())) {
      browser.signIn(example.name(), example.password());
      for (String page : pages()) {
        browser.go(page);
        String text = browser.driver().findElement(By.tagName("main")).getText();
        if (text.length() < 60 || browser.driver().findElements(By.tagName("h1")).size() != 1) {
          empty.add(page + ": " + text);
        }
      }
    }
    assertThat(empty).isEmpty();
  }

  @Test
  void anotherOrganizationsThingsAreNotThere() throws Exception {
    String user = "reader-of-another";
    assertThat(
            example
                .call(
                    example.policy(),
                    "PUT",
                    "/api/v1/users/" + user,
                    "{\"roles\":[\"administrator:another\"],\"password\":\"" + PASSWORD + "\"}")
                .statusCode())
        .isIn(200, 201);
    List<String> seen = new ArrayList<>();
    try (Browser browser = Browser.open(example.console())) {
      browser.until(
          () -> {
            browser.signIn(user, PASSWORD);
            return true;
          });
      for (String page : pages()) {
        browser.go(page);
        String text = browser.driver().findElement(By.tagName("main")).getText();
        if (text.toLowerCase(java.util.Locale.ROOT).contains("fabrikam")
            && !browser.path().startsWith("/messages/")
            && !browser.path().startsWith("/connectors/")
            && !page.startsWith("/partners/watched?")) {
          seen.add(page + ": " + text);
        }
        if (page.matches("/(messages/|refusals/|connectors/contoso/|partners/watched\\?).*")
            && !text.contains("404")) {
          seen.add(page + " is there: " + text);
        }
      }
    }
    assertThat(seen).isEmpty();
  }

  /** Everything that somebody without an account can write into our records. */
  @Test
  void textsOfStrangersAreShownAndDoNothing() throws Exception {
    String markup = "<img/src=x/onerror=document.title='taken'>";
    List<String> senders =
        List.of(
            "\"" + markup + "\"@stranger.example",
            "\"\u202egnp.evil\"@stranger.example",
            "a".repeat(60) + "@" + ("b".repeat(60) + ".").repeat(3) + "example");
    for (String sender : senders) {
      try (SmtpClient client =
          SmtpClient.connect("127.0.0.1", example.stack().stack().smtpPort())) {
        client.ehlo("[192.0.2.1]");
        client.startTls(example.stack().world().client("fabrikam"));
        client.ehlo("x'\"><script>document.title='taken'</script>.example");
        client.ehlo("stranger.example");
        client.command("MAIL FROM:<" + sender + ">");
        client.command("RCPT TO:<nobody-" + "x".repeat(50) + "@elsewhere.example>");
        client.command("RCPT TO:<\"" + markup + "\"@contoso.example>");
      }
    }
    JsonNode[] refusals = new JsonNode[1];
    Awaitility.await("refusals of the stranger")
        .atMost(java.time.Duration.ofSeconds(60))
        .untilAsserted(
            () -> {
              refusals[0] = example.get("/api/v1/refusals?fromDomain=stranger.example");
              assertThat(refusals[0].path("found")).isNotEmpty();
            });
    try (Browser browser = Browser.open(example.console())) {
      browser.signIn(example.name(), example.password());
      List<String> pages =
          new ArrayList<>(List.of("/messages?kind=all", "/refused", "/reports/refused", "/"));
      for (JsonNode entry : refusals[0].path("found")) {
        pages.add("/refusals/" + entry.at("/refusal/reference").asText());
        pages.add("/refusals/" + entry.at("/refusal/reference").asText() + "/partner");
      }
      for (String page : pages) {
        browser.go(page);
        assertThat(browser.driver().getTitle()).as(page).endsWith("Postern");
        assertThat(
                browser
                    .driver()
                    .findElements(By.cssSelector("main script, main img[src='x'], main [onerror]")))
            .as(page)
            .isEmpty();
        assertThat(browser.tooWide()).as(page).isEmpty();
        assertThat(browser.complaints()).as(page).isEmpty();
      }
    }
  }

  /** A part that renews itself rests in a tab that nobody sees, and ends after an hour. */
  @Test
  void aTabThatIsLeftOpenAsksForNothing() throws Exception {
    String page =
        "/partners/watched?organization=contoso&domain=nobody.example&since="
            + Instant.now().truncatedTo(ChronoUnit.SECONDS).toString().replace(":", "%3A");
    try (Browser browser = Browser.open(example.console())) {
      browser.signIn(example.name(), example.password());
      browser.go(page);
      browser
          .driver()
          .executeScript(
              "document.addEventListener('htmx:before:request', e => e.defaultPrevented ? window.kept++ : window.asked++);");
      startCounting(browser, "");
      browser.until(() -> count(browser, "asked") > 0);

      startCounting(
          browser, "Object.defineProperty(document, 'hidden', {configurable: true, value: true});");
      browser.until(() -> count(browser, "kept") > 1);
      assertThat(count(browser, "asked")).as("while the tab is hidden").isZero();
      assertThat(over(browser).isDisplayed()).isFalse();

      startCounting(browser, "delete document.hidden;");
      browser.until(() -> count(browser, "asked") > 0);

      startCounting(browser, "const now = Date.now; Date.now = () => now() + 3600001;");
      browser.until(() -> over(browser).isDisplayed());
      browser.until(() -> count(browser, "kept") > 1);
      assertThat(count(browser, "asked")).as("after an hour").isZero();

      over(browser).findElement(By.tagName("a")).click();
      browser.until(() -> !over(browser).isDisplayed());
      assertThat(browser.path()).isEqualTo(page);
      assertThat(browser.complaints()).isEmpty();
    }
  }

  private static void startCounting(Browser browser, String script) {
    browser.driver().executeScript(script + " window.asked = 0; window.kept = 0;");
  }

  private static long count(Browser browser, String name) {
    Object count = browser.driver().executeScript("return window." + name);
    return count instanceof Number number ? number.longValue() : 0;
  }

  private static WebElement over(Browser browser) {
    return browser.driver().findElement(By.id("live-over"));
  }
}

package io.postern.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.contracts.QueueId;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Texts that clients, hosts, domains and other administrators choose, on each page that shows them:
 * nothing is made of them, nothing is hidden by them, and no page becomes wider than a telephone.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(WithChromium.class)
class StrangersTextsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final List<String> REFERENCES =
      List.of("0Z7K-31QA", "0Z7K-31QB", "0Z7K-31QC", "0Z7K-31QD");
  private static final List<String> TEXTS =
      List.of(
          HostileTexts.MARKUP + HostileTexts.TURNED,
          HostileTexts.CONTROLS + HostileTexts.MARKS,
          HostileTexts.LONG_WORD,
          HostileTexts.LONG_LINE);

  private Example example;
  private Strangers strangers;

  /** Its form looks at a partner's hosts. */
  private static final String LOOK = "/partners/secure?organization=contoso&domain=banner.example";

  private final List<QueueId> messages = new ArrayList<>();

  @BeforeAll
  void start() throws Exception {
    example = Example.start();
    strangers = new Strangers(example);
    strangers.startHosts();
    messages.add(
        strangers.sends(
            strangers.hostileCertificate(),
            "\"<b>\u202egnp.\"@stranger.example",
            "<" + HostileTexts.MARKUP.replace(">", "") + HostileTexts.TURNED + "@x.example>"));
    messages.add(
        strangers.sends(
            strangers.largeCertificate(),
            "b@stranger.example",
            "<" + "m".repeat(900) + "@x.example>"));
    QueueId out = strangers.sentToHosts();
    messages.add(out);
    awaitEnded(out);
    for (int i = 0; i < TEXTS.size(); i++) {
      strangers.write(out, REFERENCES.get(i), TEXTS.get(i));
    }
    for (String reference : REFERENCES) {
      Awaitility.await("the refusal " + reference)
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(
                          example
                              .get("/api/v1/messages?kind=all&reference=" + reference)
                              .path("found"))
                      .isNotEmpty());
    }
  }

  private void awaitEnded(QueueId id) {
    Awaitility.await("each host has answered")
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              for (JsonNode recipient : example.get("/api/v1/messages/" + id).path("recipients")) {
                assertThat(recipient.path("state").asText()).isIn("delivered", "failed", "waiting");
                assertThat(recipient.path("token").asText()).isNotEmpty();
              }
            });
  }

  @AfterAll
  void stop() throws Exception {
    strangers.close();
    example.close();
  }

  private List<String> pages() throws Exception {
    List<String> pages = new ArrayList<>(Pages.FIXED);
    pages.addAll(
        List.of(
            "/messages?kind=all",
            "/messages?q=" + encoded(HostileTexts.MARKUP),
            "/queue?by=reason",
            "/certificates/mta-sts",
            "/certificates/revocation",
            "/reports/tls-reports",
            LOOK));
    for (QueueId message : messages) {
      pages.add("/messages/" + message);
      pages.add("/messages/" + message + "/explain");
      pages.add("/messages/" + message + "/partner");
    }
    for (String reference : REFERENCES) {
      pages.add("/refusals/" + reference);
      pages.add("/refusals/" + reference + "/partner");
    }
    for (JsonNode report : example.get("/api/v1/reports")) {
      pages.add("/reports/" + report.asText());
    }
    String connector = "/connectors/contoso/outbound/" + encoded("To RCPT <b>&\"' {f.proof}");
    pages.addAll(
        List.of(connector, connector + "/edit", connector + "/delete", connector + "/validate"));
    return pages;
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Test
  void nothingIsMadeOfThemOnAnyPage() throws Exception {
    List<String> found = new ArrayList<>();
    try (Browser browser = Browser.open(example.console())) {
      browser.signIn(example.name(), example.password()).viewport(320);
      int number = 0;
      for (String page : pages()) {
        browser.go(page);
        if (page.equals(LOOK)) {
          browser.press("Check its mail hosts");
          browser.until(() -> browser.path().startsWith("/partners/secure/look"));
        }
        browser.picture("strangers-%02d".formatted(number++));
        for (List<String> problems :
            List.of(
                browser.takenOver(), browser.tooWide(), browser.complaints(), browser.barriers())) {
          problems.forEach(problem -> found.add(page + ": " + problem));
        }
      }
    }
    assertThat(found).isEmpty();
  }

  @Test
  void whatNobodyWouldSeeIsShownAndWhatIsLongIsAskedFor() throws Exception {
    try (Browser browser = Browser.open(example.console())) {
      browser.signIn(example.name(), example.password()).go("/messages/" + messages.get(0));
      assertThat(whole(browser))
          .as("sender, and subject of the certificate")
          .contains("[U+202E]gnp.", "mx.[U+202E]elpmaxe.png[U+2066][U+200B]", "[U+001B][31m");
      browser.go("/messages/" + messages.get(1));
      assertThat(browser.text())
          .contains("show all")
          .doesNotContain("host-number-99.department.stranger.example");
      assertThat(whole(browser)).contains("host-number-20.department.stranger.example");
      browser.go("/messages/" + messages.get(2) + "/partner?domain=rcpt.example");
      assertThat(browser.text()).contains("<script>alert(1)</script>", "[U+202E]");
    }
  }

  /** Also what is asked for. */
  private static String whole(Browser browser) {
    return String.valueOf(
        browser.driver().executeScript("return document.querySelector('main').textContent"));
  }

  @Test
  void aFileOfExchangeIsReadAndDoesNothing() throws Exception {
    String file =
        new ObjectMapper()
            .writeValueAsString(
                List.of(
                    Map.of(
                        "Name",
                        "From " + HostileTexts.MARKUP + HostileTexts.TURNED,
                        "Comment",
                        HostileTexts.ALL,
                        HostileTexts.MARKUP,
                        HostileTexts.ALL,
                        "ConnectorType",
                        "Partner",
                        "SenderDomains",
                        List.of("smtp:" + HostileTexts.MARKUP + ";1"),
                        "RequireTls",
                        HostileTexts.LONG_WORD)));
    try (Browser browser = Browser.open(example.console())) {
      browser.signIn(example.name(), example.password()).viewport(320).go("/partners/import");
      browser.type("organization", "contoso");
      browser.driver().executeScript("document.getElementById('text').value = arguments[0]", file);
      browser.press("Compare, change nothing");
      browser.until(() -> browser.text().contains("<script>alert(1)</script>"));
      assertThat(browser.takenOver()).isEmpty();
      assertThat(browser.tooWide()).isEmpty();
      assertThat(browser.complaints()).isEmpty();
      assertThat(browser.barriers()).isEmpty();
      assertThat(
              browser
                  .driver()
                  .executeScript("return document.querySelector('textarea#text').value"))
          .as("what is compared again is what was typed")
          .isEqualTo(file);
    }
  }

  @Test
  void aSpreadsheetRunsNothing() throws Exception {
    String csv = example.call(example.console(), "GET", "/reports/refused.csv", "").body();
    assertThat(csv).startsWith("day,").contains("[U+202E]").doesNotContain("\u202e", "\u001b");
  }
}

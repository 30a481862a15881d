package io.postern.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.contracts.QueueId;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
  private final List<QueueId> messages = new ArrayList<>();

  @BeforeAll
  void start() throws Exception {
    example = Example.start();
    strangers = new Strangers(example);
    strangers.startHosts();
    messages.add(
        strangers.sends(
            strangers.hostileCertificate(),
            HostileTexts.MARKUP,
            "\"<b>\u202egnp.\"@stranger.example",
            "<" + HostileTexts.MARKUP.replace(">", "") + HostileTexts.TURNED + "@x.example>"));
    messages.add(
        strangers.sends(
            strangers.largeCertificate(),
            "x".repeat(400),
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
            "/partners/secure/look?organization=contoso&domain=banner.example"));
    for (QueueId message : messages) {
      pages.add("/messages/" + message);
      pages.add("/messages/" + message + "/explain");
      pages.add("/messages/" + message + "/partner");
    }
    for (String reference : REFERENCES) {
      pages.add("/refusals/" + reference);
      pages.add("/refusals/" + reference + "/explain");
      pages.add("/refusals/" + reference + "/partner");
    }
    for (JsonNode report : example.get("/api/v1/reports")) {
      pages.add("/reports/" + report.asText());
    }
    String connector = "/connectors/contoso/outbound/" + encoded("To RCPT <b>&\"' \u202egnp");
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
}

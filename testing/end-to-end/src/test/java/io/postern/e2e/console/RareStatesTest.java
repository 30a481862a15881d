package io.postern.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.QueueId;
import io.postern.stack.Service;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * States that an installation seldom shows: each page says what it is about, keeps nobody out, and
 * fits a telephone, in both languages and themes.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@ExtendWith(WithChromium.class)
class RareStatesTest {
  private Example example;
  private Strangers strangers;
  private RareMail mail;
  private Browser browser;

  @BeforeAll
  void start() throws Exception {
    example = Example.start();
    strangers = new Strangers(example);
    mail = new RareMail(example, strangers);
    browser = Browser.open(example.console()).signIn(example.name(), example.password());
  }

  @AfterAll
  void stop() throws Exception {
    browser.close();
    example.close();
  }

  /** Pages with words that each must say. */
  private void look(Map<String, String> pages) throws Exception {
    List<String> found = new ArrayList<>();
    for (var page : pages.entrySet()) {
      for (String theme : List.of("light", "dark")) {
        for (String language : List.of("en", "de")) {
          browser.viewport(320).theme(theme).language(language).go(page.getKey());
          String seen = page.getKey() + " (" + language + ", " + theme + ")";
          if (language.equals("en") && !browser.text().contains(page.getValue())) {
            found.add(seen + " does not say \"" + page.getValue() + "\": " + browser.text());
          }
          for (List<String> problems : List.of(browser.tooWide(), browser.barriers())) {
            problems.forEach(problem -> found.add(seen + ": " + problem));
          }
        }
      }
    }
    assertThat(found).isEmpty();
  }

  @Test
  @Order(1)
  void anInstallationWithoutMailSaysWhatIsNext() throws Exception {
    look(
        Map.of(
            "/", "Next, force TLS with a partner",
            "/messages", "Next steps",
            "/refused", "No refusals in this period",
            "/queue", "Search delivered mail",
            "/reports/inbound", "Choose more days",
            "/certificates/mta-sts", "Your own policy and its record"));
  }

  @Test
  @Order(2)
  void eachStateOfAMessageIsSaid() throws Exception {
    example.sendSamples();
    mail.connectors();
    Map<String, String> pages = new LinkedHashMap<>();
    QueueId plaintext =
        strangers.sent(
            IntStream.range(0, 50).mapToObj(i -> "r" + i + "@stranger.example").toList());
    QueueId reported = mail.reportedOnly();
    QueueId held = strangers.sent(List.of("info@revoked.example"));
    QueueId cancelled = strangers.sent(List.of("info@revoked.example"));
    mail.awaitState(held, "waiting");
    mail.awaitState(cancelled, "waiting");
    mail.control("hold", held);
    mail.control("cancel", cancelled);
    mail.awaitState(held, "held");
    mail.awaitState(cancelled, "cancelled");
    mail.awaitState(plaintext, "delivered");
    mail.awaitState(reported, "delivered");
    QueueId published = strangers.sent(List.of("info@fabrikam.example"));
    mail.awaitState(published, "delivered");
    mail.published(published);
    String counted = mail.counted();
    pages.put("/messages/" + plaintext, "The connection to the host was not encrypted.");
    pages.put("/messages/" + reported, "connector From Northwind would have refused it");
    pages.put("/messages/" + held, "delivery-service copied the content");
    pages.put("/messages/" + cancelled, "Requested by an administrator: cancel");
    pages.put("/messages/" + published, "A TLSA record matches the host (DANE).");
    pages.put("/refusals/" + counted, "50 times: none given");
    pages.put("/messages?kind=all", "and 30 more recipients");
    pages.put("/queue", "held");
    look(pages);
  }

  @Test
  @Order(3)
  void servicesThatAreDownAreSaid() throws Exception {
    example.stack().stack().process(Service.POLICY).restartByItself(false);
    example.stack().stack().process(Service.POLICY).killAndWait();
    example.stack().stack().process(Service.CERTIFICATE).restartByItself(false);
    example.stack().stack().process(Service.CERTIFICATE).killAndWait();
    look(
        Map.of(
            "/", "certificate-service does not respond",
            "/partners", "policy-service does not respond",
            "/connectors", "policy-service does not respond",
            "/certificates", "certificate-service does not respond",
            "/access", "policy-service does not respond",
            "/settings", "policy-service does not respond"));
  }
}

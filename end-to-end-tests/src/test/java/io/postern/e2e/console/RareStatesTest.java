package io.postern.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.QueueId;
import io.postern.stack.Service;
import java.time.Duration;
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
  private static final Duration PATIENCE = Duration.ofSeconds(90);

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
  private void look(String state, Map<String, String> pages) throws Exception {
    List<String> found = new ArrayList<>();
    for (var page : pages.entrySet()) {
      for (int width : List.of(1280, 320)) {
        for (String theme : List.of("light", "dark")) {
          browser.viewport(width).theme(theme).language("en").go(page.getKey());
          String name = state + "-" + Pages.name(page.getKey()) + "-" + width + "-" + theme;
          String text = browser.text();
          if (!text.contains(page.getValue())) {
            found.add(page.getKey() + " does not say \"" + page.getValue() + "\": " + text);
          }
          for (List<String> problems : List.of(browser.tooWide(), browser.barriers())) {
            problems.forEach(problem -> found.add(name + ": " + problem));
          }
        }
      }
      browser.viewport(1280).theme("light").language("de").go(page.getKey());
    }
    browser.language("en");
    assertThat(found).isEmpty();
  }

  @Test
  @Order(1)
  void anInstallationWithoutMailSaysWhatIsNext() throws Exception {
    Map<String, String> pages = new LinkedHashMap<>();
    Pages.FIXED.forEach(page -> pages.put(page, ""));
    look("without-mail", pages);
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
    pages.put("/messages/" + plaintext, "not encrypted");
    pages.put("/messages/" + reported, "report");
    pages.put("/messages/" + held, "held");
    pages.put("/messages/" + cancelled, "cancelled");
    pages.put("/messages/" + published, "DANE");
    pages.put("/refusals/" + counted, "1,200");
    pages.put("/messages?kind=all", "");
    pages.put("/queue", "");
    pages.put("/", "");
    int number = 0;
    for (var page : pages.entrySet()) {
      look("state" + number++, Map.of(page.getKey(), page.getValue()));
    }
  }

  @Test
  @Order(3)
  void servicesThatAreDownAreSaid() throws Exception {
    example.stack().stack().process(Service.POLICY).restartByItself(false);
    example.stack().stack().process(Service.POLICY).killAndWait();
    example.stack().stack().process(Service.CERTIFICATE).restartByItself(false);
    example.stack().stack().process(Service.CERTIFICATE).killAndWait();
    Map<String, String> pages = new LinkedHashMap<>();
    Pages.FIXED.forEach(page -> pages.put(page, ""));
    look("down", pages);
  }
}

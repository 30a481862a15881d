package io.postern.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/**
 * An administrator's tasks, from the overview to the answer, counted in clicks: each "why" takes
 * three at most.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@ExtendWith(WithChromium.class)
class ConsoleTasksTest {
  private static final int MOST_CLICKS = 3;
  private static final int MOST_TABS = 120;

  private Example example;
  private Browser browser;
  private PageTexts t;
  private int clicks;

  @BeforeAll
  void start() throws Exception {
    example = Example.running();
  }

  @BeforeEach
  void signIn() throws Exception {
    browser = Browser.open(example.console()).signIn(example.name(), example.password());
    in("en");
    clicks = 0;
  }

  @AfterEach
  void close() {
    browser.close();
  }

  /** From now on. */
  private void in(String language) throws IOException {
    t = new PageTexts(language);
    browser.language(language).go("/");
  }

  private String main() {
    return browser.driver().findElement(By.tagName("main")).getText();
  }

  /** One click on the first element; the page behind it is there then. */
  private ConsoleTasksTest click(String selector) {
    return click(By.cssSelector(selector));
  }

  private ConsoleTasksTest click(By place) {
    WebElement element = browser.driver().findElement(place);
    String before = browser.path();
    element.click();
    clicks++;
    browser.until(() -> !browser.path().equals(before));
    return this;
  }

  private void answers(String... texts) {
    assertThat(main()).contains(texts);
    assertThat(clicks).isLessThanOrEqualTo(MOST_CLICKS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"en", "de"})
  @Order(1)
  void whyWasThisMailRefused(String language) throws Exception {
    in(language);
    click(".side a[href='/refused']")
        .click(
            By.xpath("//tr[contains(., 'fabrikam.example')]//a[starts-with(@href, '/refusals/')]"));
    answers(t.text("refusal.true"), "restrictDomainsToCertificate", "550 5.7.51");
  }

  @ParameterizedTest
  @ValueSource(strings = {"en", "de"})
  @Order(2)
  void whyDoesThisMailWait(String language) throws Exception {
    in(language);
    click(".side a[href='/queue']").click("main a[href^='/messages/']");
    answers(
        t.text("reason.revoked"),
        t.beginning("life.next.waiting", "office@revoked.example"),
        "To Revoked");
  }

  @ParameterizedTest
  @ValueSource(strings = {"en", "de"})
  @Order(3)
  void whichTlsDidItUse(String language) throws Exception {
    in(language);
    WebElement box = browser.driver().findElement(By.id("find"));
    box.sendKeys("visitor@stranger.example");
    click(".find button").click("main a[href^='/messages/']");
    answers(
        "visitor@stranger.example",
        "opportunistic:none(not-offered)",
        t.text("life.plaintext.out"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"en", "de"})
  @Order(4)
  void whatChanged(String language) throws Exception {
    in(language);
    click(".side a[href='/changes']");
    answers("To Fabrikam");
  }

  @ParameterizedTest
  @ValueSource(strings = {"en", "de"})
  @Order(5)
  void whoGetsPlaintext(String language) throws Exception {
    in(language);
    click(".side a[href='/reports']").click("main a[href^='/reports/plaintext-domains']");
    answers("stranger.example");
  }

  @ParameterizedTest
  @ValueSource(strings = {"en", "de"})
  @Order(6)
  void whatEndsNext(String language) throws Exception {
    in(language);
    click(".side a[href='/certificates']");
    assertThat(browser.driver().findElements(By.cssSelector("main time"))).isNotEmpty();
    assertThat(clicks).isLessThanOrEqualTo(MOST_CLICKS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"en", "de"})
  @Order(7)
  void whichConnectorServesADomain(String language) throws Exception {
    in(language);
    click(".side a[href='/connectors']");
    answers("fabrikam.example", "To Fabrikam");
  }

  /** Page by page each connector is shown once. */
  @Test
  @Order(7)
  void manyConnectorsAreShownInPages() {
    browser.go("/connectors?limit=1");
    List<String> shown = new ArrayList<>();
    for (int page = 0; page < 20; page++) {
      browser
          .driver()
          .findElements(By.cssSelector("main tbody th[scope=row], main tbody tr td:first-child"))
          .forEach(cell -> shown.add(cell.getText()));
      List<WebElement> next = browser.driver().findElements(By.partialLinkText("Next connectors"));
      if (next.isEmpty()) {
        break;
      }
      String before = browser.path();
      next.getFirst().click();
      browser.until(() -> !browser.path().equals(before));
    }
    assertThat(shown)
        .doesNotHaveDuplicates()
        .hasSize(4)
        .anyMatch(name -> name.contains("To Revoked"));
  }

  @Test
  @Order(7)
  void connectorsAreFoundByAPartOfTheirName() {
    browser.go("/connectors").type("name", "revo").press("Show");
    browser.until(() -> browser.path().contains("name=revo"));
    assertThat(main()).contains("To Revoked").doesNotContain("To Fabrikam");
    browser.go("/connectors?name=nobody%20%22%3Cb%3E");
    assertThat(main()).contains("No connector or rule has nobody \"<b> in its name");
    browser.press("Show all connectors and rules");
    browser.until(() -> main().contains("To Fabrikam"));
  }

  /** Mail is held by filter, after a count, and goes on after a release. */
  @ParameterizedTest
  @ValueSource(strings = {"en", "de"})
  @Order(8)
  void mailOfAFilterIsHeldAndReleased(String language) throws Exception {
    in(language);
    browser.go("/queue?toDomain=revoked.example");
    browser.press(t.text("queue.action.hold"));
    browser.until(() -> main().contains(t.text("queue.do.hold", "1")));
    browser.press(t.text("queue.do.hold", "1"));
    browser.until(() -> main().contains(t.text("queue.asked", "1")));
    browser.until(
        () -> {
          browser.go("/queue?toDomain=revoked.example&state=held");
          return main().contains("office@revoked.example");
        });
    browser.press(t.text("queue.action.release"));
    browser.until(() -> main().contains(t.text("queue.do.release", "1")));
    browser.press(t.text("queue.do.release", "1"));
    browser.until(
        () -> {
          browser.go("/queue?toDomain=revoked.example&state=waiting");
          return main().contains("office@revoked.example");
        });
  }

  /** Nobody's change is lost, and what was typed stays. */
  @Test
  @Order(9)
  void twoAdministratorsEditAtOnce() {
    String page = "/connectors/contoso/outbound/To%20Fabrikam/edit";
    try (Browser other = Browser.open(example.console())) {
      other.signIn(example.name(), example.password()).go(page);
      browser.go(page);
      type(other, "comment", "from the other");
      other.press("Save");
      other.until(() -> other.text().contains("In force as version"));

      type(browser, "comment", "from me");
      browser.press("Save");
      browser.until(
          () -> main().contains("Another administrator has made a change in the meantime"));
      assertThat(main()).contains("from the other");
      assertThat(browser.driver().findElement(By.name("comment")).getDomProperty("value"))
          .isEqualTo("from me");
      browser.press("Overwrite");
      browser.until(() -> main().contains("In force as version"));
      assertThat(main()).contains("from me");
    }
  }

  /** An older form of a user overwrites no newer one, and brings back nobody. */
  @Test
  @Order(9)
  void twoOperatorsChangeAUserAtOnce() {
    String page = "/access/users/two-at-once";
    browser.go("/access/new");
    browser
        .type("name", "two-at-once")
        .type("roles", "auditor:contoso")
        .type("current", example.password())
        .press("Add");
    browser.until(() -> main().contains("The password of two-at-once"));
    browser.go("/access/new");
    browser
        .type("name", "two-at-once")
        .type("roles", "auditor:x")
        .type("current", example.password())
        .press("Add");
    browser.until(() -> main().contains("A user with this name exists"));
    try (Browser other = Browser.open(example.console())) {
      other.signIn(example.name(), example.password()).go(page);
      browser.go(page);
      other.type("roles", "auditor:other").type("current", example.password()).press("Save");
      other.until(() -> other.text().contains("two-at-once was changed"));

      browser.type("roles", "auditor:mine").type("current", example.password()).press("Save");
      browser.until(() -> main().contains("The roles are now: auditor:other"));
      assertThat(browser.driver().findElement(By.name("roles")).getDomProperty("value"))
          .isEqualTo("auditor:mine");
      other.go(page + "/remove");
      browser.type("current", example.password()).press("Overwrite");
      browser.until(() -> main().contains("two-at-once was changed"));

      other.type("current", example.password()).press("Remove two-at-once");
      other.until(() -> other.text().contains("nothing was removed"));
      assertThat(other.text()).contains("auditor:mine");
      browser.go(page);
      other.type("current", example.password()).press("Remove two-at-once");
      other.until(() -> other.text().contains("two-at-once was removed"));
      browser.type("roles", "operator").type("current", example.password()).press("Save");
      browser.until(
          () -> main().contains("Another administrator has removed the user in the meantime"));
    }
    browser.go("/access");
    assertThat(main()).doesNotContain("two-at-once");
  }

  private static void type(Browser at, String field, String text) {
    at.driver()
        .findElements(By.cssSelector("main form details:not([open]) > summary"))
        .forEach(WebElement::click);
    at.type(field, text);
  }

  /** Forced TLS with a partner, without a mouse. */
  @ParameterizedTest
  @ValueSource(strings = {"en", "de"})
  @Order(10)
  void aPartnerIsSecuredByKeyboardAlone(String language) throws Exception {
    in(language);
    browser.go("/partners/secure");
    reach("[name=domain]").sendKeys("stranger.example", Keys.ENTER);
    browser.until(() -> browser.path().startsWith("/partners/secure/look"));
    assertThat(main()).contains("mx.stranger.example");
    reach("a[href^='/partners/secure/proof']").sendKeys(Keys.ENTER);
    browser.until(() -> browser.path().startsWith("/partners/secure/proof"));
    WebElement name = reach("[name=certificateName]");
    name.sendKeys(Keys.chord(Keys.CONTROL, "a"), "mail.stranger.example", Keys.ENTER);
    browser.until(() -> browser.path().startsWith("/partners/secure/plan"));
    assertThat(main()).contains("From stranger.example", "To stranger.example");
    reach("a[href^='/partners/secure/decide']").sendKeys(Keys.ENTER);
    browser.until(() -> browser.path().startsWith("/partners/secure/decide"));
    reach("[name=mode]").sendKeys(Keys.SPACE);
    reach("form.connector button[type=submit]").sendKeys(Keys.ENTER);
    browser.until(() -> browser.path().startsWith("/partners/secure/done"));
    assertThat(main()).contains(t.text("secure.doneReport", "stranger.example"));

    reach("a[href^='/partners/undo']").sendKeys(Keys.ENTER);
    browser.until(() -> browser.path().startsWith("/partners/undo"));
    assertThat(main()).contains("From stranger.example", "To stranger.example");
    changedMeanwhile("/connectors/contoso/outbound/To%20stranger.example/edit");
    reach("button.pf-m-danger").sendKeys(Keys.ENTER);
    browser.until(() -> main().contains(t.text("secure.undoMeanwhile")));
    reach("button.pf-m-danger").sendKeys(Keys.ENTER);
    browser.until(() -> !browser.path().startsWith("/partners/undo"));
    browser.go("/connectors");
    assertThat(main()).doesNotContain("To stranger.example");
  }

  /** By another administrator. */
  private void changedMeanwhile(String page) {
    try (Browser other = Browser.open(example.console())) {
      other.signIn(example.name(), example.password()).go(page);
      type(other, "tlsDomain", "*.stranger.example");
      other.press("Save");
      other.until(() -> other.text().contains("In force as version"));
    }
  }

  /** Presses Tab until the element has the focus, as a person would. */
  private WebElement reach(String selector) {
    for (int i = 0; i < MOST_TABS; i++) {
      WebElement active = browser.driver().switchTo().activeElement();
      Object is =
          browser
              .driver()
              .executeScript("return arguments[0].matches(arguments[1])", active, selector);
      if (Boolean.TRUE.equals(is)) {
        return active;
      }
      active.sendKeys(Keys.TAB);
    }
    throw new AssertionError("nobody reaches " + selector + " by Tab at " + browser.path());
  }

  /** The link that ./run prints. */
  @Test
  @Order(11)
  void aLinkSignsInOnce() throws Exception {
    String path =
        new com.fasterxml.jackson.databind.ObjectMapper()
            .readTree(example.call(example.console(), "POST", "/api/v1/sign-in-links", "").body())
            .path("path")
            .asText();
    // Another site could send somebody there who is signed in: nothing happens without a click.
    browser.go(path);
    assertThat(main()).contains("This link signs you in as " + example.name());
    assertThat(browser.driver().findElements(By.cssSelector("form[data-send]"))).isEmpty();
    try (Browser fresh = Browser.open(example.console())) {
      fresh.go(path);
      fresh.until(() -> fresh.path().equals("/"));
      assertThat(fresh.text()).contains("Sign out");
    }
    try (Browser late = Browser.open(example.console())) {
      late.go(path);
      late.until(() -> late.text().contains("404"));
      late.go("/queue");
      assertThat(late.path()).isEqualTo("/sign-in?next=%2Fqueue");
    }
  }

  /** A page of another site knows no proof, nor does a form of another session. */
  @Test
  @Order(12)
  void aFormWithoutItsProofDoesNothing() throws Exception {
    assertThat(example.get("/api/v1/changes").path("changes")).isNotEmpty();
    browser.go("/queue?toDomain=revoked.example");
    browser.press(t.text("queue.action.hold"));
    browser.driver().executeScript("document.querySelector('main [name=proof]').value = 'x'");
    browser.press(t.text("queue.do.hold", "1"));
    browser.until(() -> main().contains("403"));
    assertThat(List.of(main())).noneMatch(text -> text.contains("Request accepted"));
  }

  /** A draft is compared, its address keeps it, and the connector stays as it was. */
  @Test
  @Order(13)
  void aChangeIsTriedOnRecordedMail() {
    String form = "/connectors/contoso/inbound/From%20Fabrikam/edit";
    browser.go(form);
    type(browser, "tlsSenderCertificateName", "nobody.example");
    browser.press("Test against the last 7 days");
    browser.until(() -> main().contains("NEWLY REFUSED"));
    assertThat(browser.path()).startsWith("/what-ifs/").contains("draft=");
    assertThat(main()).contains("fabrikam.example", "From Fabrikam");

    browser.go(browser.path());
    assertThat(main()).contains("NEWLY REFUSED");
    assertThat(value("tlsSenderCertificateName")).isEqualTo("nobody.example");
    browser.press("Edit with these values");
    browser.until(() -> main().contains("Checked: nothing was changed"));
    assertThat(value("tlsSenderCertificateName")).isEqualTo("nobody.example");

    browser.go(form);
    assertThat(value("tlsSenderCertificateName")).isNotEqualTo("nobody.example").isNotEmpty();
  }

  private @Nullable String value(String field) {
    return browser.driver().findElement(By.name(field)).getDomProperty("value");
  }
}

package io.postern.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.openqa.selenium.By;

/** A browser signs in at an OpenID provider, and all services believe the session. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(WithChromium.class)
class ConsoleProviderTest {
  private static final String BUTTON = "Sign in with 127.0.0.1";

  private Example example;

  @BeforeAll
  void start() throws Exception {
    example = Example.running();
  }

  private Browser atTheProvider(Browser browser, String page) {
    browser.go(page);
    browser.until(() -> browser.path().startsWith("/sign-in"));
    browser.press(BUTTON);
    browser.until(() -> browser.driver().getTitle().equals("Provider"));
    return browser;
  }

  private static String main(Browser browser) {
    return browser.driver().findElement(By.tagName("main")).getText();
  }

  @Test
  void anAuditorReadsItsOrganizationsPagesAndLeaves() {
    example.provider().user("axel", List.of("auditor"), List.of("contoso"));
    try (Browser browser = Browser.open(example.console())) {
      atTheProvider(browser, "/connectors").press("Let me in");
      browser.until(() -> browser.path().equals("/connectors"));
      assertThat(browser.text()).contains("axel of " + example.provider().issuer());
      assertThat(main(browser)).containsIgnoringCase("fabrikam");
      for (String page : List.of("/messages", "/queue", "/certificates", "/changes")) {
        browser.go(page); // policy-service and certificate-service are asked with the session
        assertThat(browser.path()).isEqualTo(page);
        assertThat(browser.driver().findElements(By.cssSelector("[role=alert]")))
            .as(page)
            .isEmpty();
        assertThat(main(browser)).as(page).doesNotContain("Part of this page is unavailable");
      }
      assertThat(browser.size(320, 800).tooWide()).isEmpty();
      browser.size(1280, 1000);

      // The provider knows the browser: it asks nothing.
      browser.driver().manage().deleteCookieNamed("postern");
      browser.go("/sign-in/provider?next=/queue");
      browser.until(() -> browser.path().equals("/queue"));

      browser.driver().findElement(By.cssSelector("form[action='/sign-out'] button")).click();
      browser.until(() -> browser.path().equals("/sign-in?left=provider"));
      browser.press("Sign out at 127.0.0.1 as well");
      browser.until(() -> browser.text().contains("Signed out of the provider"));
      browser.go("/messages");
      browser.until(() -> browser.path().startsWith("/sign-in"));
    }
  }

  @Test
  void anotherOrganizationsUserSeesNoneOfIt() {
    example.provider().user("otto", List.of("administrator:another"), List.of());
    try (Browser browser = Browser.open(example.console())) {
      atTheProvider(browser, "/connectors").press("Let me in");
      browser.until(() -> browser.path().equals("/connectors"));
      assertThat(browser.text()).contains("otto of ");
      assertThat(main(browser)).doesNotContainIgnoringCase("fabrikam");
      browser.go("/messages?kind=all");
      assertThat(main(browser)).doesNotContainIgnoringCase("fabrikam");
    }
  }

  @Test
  void whoSaysNoReadsWhatToDoAndThePageKeepsNobodyOut() throws Exception {
    example.provider().user("axel", List.of("auditor"), List.of("contoso"));
    try (Browser browser = Browser.open(example.console())) {
      atTheProvider(browser, "/queue").press("No");
      browser.until(() -> browser.path().startsWith("/sign-in/provider/answer"));
      assertThat(main(browser)).contains("127.0.0.1 did not sign you in").contains(BUTTON);
      List<String> faults = new ArrayList<>(browser.barriers());
      faults.addAll(browser.size(320, 800).tooWide());
      browser.theme("dark").go("/sign-in?left=provider");
      faults.addAll(browser.barriers());
      faults.addAll(browser.tooWide());
      assertThat(faults).isEmpty();
    }
  }
}

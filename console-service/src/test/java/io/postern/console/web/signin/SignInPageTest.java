package io.postern.console.web.signin;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.console.web.frame.PageAnswers;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A link to the console leads nobody to another site. */
class SignInPageTest {
  @ParameterizedTest
  @CsvSource({
    "/messages?to=a%40b.example&since=7d, /messages?to=a%40b.example&since=7d",
    "/, /",
    "//evil.example/x, /",
    "/\\evil.example, /",
    "https://evil.example/, /",
    "javascript:alert(1), /",
    "'/messages\r\nSet-Cookie: a=b', /",
    "'/a b', /",
    "'', /"
  })
  void onlyPathsOfThisSiteAreGoneTo(String next, String local) {
    assertThat(PageAnswers.local(next)).isEqualTo(local);
  }
}

package io.postern.api.signin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The page wanted goes into a cookie as far as it fits. */
class PendingSignInTest {
  private static String next(String wanted) {
    return PendingSignIn.begin(wanted).next();
  }

  @Test
  void aLongAddressLosesItsQueryAndALongPathIsTheFirstPage() {
    String fits = "/messages?q=" + "x".repeat(287);
    assertThat(next(fits)).isEqualTo(fits);
    assertThat(next(fits + "x")).isEqualTo("/messages");
    assertThat(next("/messages?q=" + "/".repeat(144))).isEqualTo("/messages");
    assertThat(next("/" + "a/".repeat(100))).isEqualTo("/");
  }
}

package io.postern.api.users;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TotpTest {
  private static final byte[] KEY = "12345678901234567890".getBytes(StandardCharsets.US_ASCII);
  private static final Instant NOW = Instant.ofEpochSecond(1_111_111_109);

  private static SecondFactor factor(long lastStep) {
    return new SecondFactor(
        Base64.getUrlEncoder().withoutPadding().encodeToString(KEY), true, lastStep);
  }

  private static boolean isRight(SecondFactor factor, long step) {
    return Totp.step(factor, Totp.code(KEY, step), NOW).isPresent();
  }

  /** RFC 6238 appendix B, SHA-1: the last six of eight digits. */
  @ParameterizedTest
  @CsvSource({
    "59, 287082",
    "1111111109, 081804",
    "1111111111, 050471",
    "1234567890, 005924",
    "2000000000, 279037",
    "20000000000, 353130"
  })
  void theCodesAreThoseOfTheStandard(long second, String code) {
    assertThat(Totp.code(KEY, Totp.step(Instant.ofEpochSecond(second)))).isEqualTo(code);
  }

  @Test
  void aCodeOfTheStepBeforeOrAfterIsAcceptedAndNoOther() {
    long now = Totp.step(NOW);
    assertThat(isRight(factor(0), now - 1)).isTrue();
    assertThat(isRight(factor(0), now)).isTrue();
    assertThat(isRight(factor(0), now + 1)).isTrue();
    assertThat(isRight(factor(0), now - 2)).isFalse();
    assertThat(isRight(factor(0), now + 2)).isFalse();
    for (String wrong : new String[] {"", "0", "81804", "0081804", "08180a", "\u0660\u0668"}) {
      assertThat(Totp.step(factor(0), wrong, NOW)).as(wrong).isEmpty();
    }
    assertThat(Totp.step(factor(0), "081 804", NOW)).as("as an app shows it").hasValue(now);
  }

  @Test
  void aUsedStepAndThoseBeforeItAreNotAcceptedAgain() {
    long now = Totp.step(NOW);
    assertThat(isRight(factor(now), now)).isFalse();
    assertThat(isRight(factor(now), now - 1)).isFalse();
    assertThat(isRight(factor(now), now + 1)).isTrue();
  }

  @Test
  void anAppReadsTheSecret() {
    assertThat(Totp.base32("foobar".getBytes(StandardCharsets.US_ASCII))).isEqualTo("MZXW6YTBOI");
    assertThat(Totp.base32(KEY)).isEqualTo("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    assertThat(Totp.uri("anna@example", "GEZD"))
        .isEqualTo(
            "otpauth://totp/Postern:anna%40example?secret=GEZD&issuer=Postern&algorithm=SHA1"
                + "&digits=6&period=30");
  }

  @Test
  void aNewSecretHas160RandomBits() {
    SecondFactor one = SecondFactor.begun();
    assertThat(one.key()).hasSize(20);
    assertThat(one.secret()).isNotEqualTo(SecondFactor.begun().secret());
    assertThat(one.toString()).doesNotContain(one.secret());
  }

  /** In Egypt the JVM writes other digits, which no app shows. */
  @Test
  void codesHaveTheDigitsOfAppsInAnyLocale() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG"));
      assertThat(Totp.code(new byte[20], 1)).matches("[0-9]{6}");
    } finally {
      Locale.setDefault(before);
    }
  }
}

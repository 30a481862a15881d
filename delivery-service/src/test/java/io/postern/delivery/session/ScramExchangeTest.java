package io.postern.delivery.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.delivery.session.ScramExchange.ScramFault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScramExchangeTest {
  private static final String NONCE = "rOprNGfwEbeRWgbNEkqO";
  private static final String SERVER_FIRST =
      "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

  private static ScramExchange exchange(String password) throws ScramFault {
    return new ScramExchange("SCRAM-SHA-256", new Credentials("user", password), null, () -> NONCE);
  }

  /** RFC 7677 §3. */
  @Test
  void theExampleOfTheRfc() throws Exception {
    ScramExchange exchange = exchange("pencil");
    assertThat(exchange.first()).isEqualTo("n,,n=user,r=" + NONCE);
    assertThat(exchange.answer(SERVER_FIRST))
        .isEqualTo(
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
    exchange.verify("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
        "v=",
        "",
        "e=invalid-proof",
        "no message"
      })
  void aHostThatCannotProveThePasswordIsRefused(String last) throws Exception {
    ScramExchange exchange = exchange("pencil");
    exchange.first();
    exchange.answer(SERVER_FIRST);
    assertThatThrownBy(() -> exchange.verify(last)).isInstanceOf(ScramFault.class);
  }

  /** A host that asks for 2 billion iterations would have a thread of ours for an hour. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=2147483647",
        "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1000001",
        "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4095",
        "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=99999999999",
        "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==",
        "r=another,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        "r=rOprNGfwEbeRWgbNEkqOx,s=%%%,i=4096",
        "e=other-error",
        ""
      })
  void aChallengeThatIsNoneOrCostsTooMuchIsRefused(String challenge) throws Exception {
    ScramExchange exchange = exchange("pencil");
    exchange.first();
    assertThatThrownBy(() -> exchange.answer(challenge)).isInstanceOf(ScramFault.class);
  }

  @Test
  void noFaultQuotesThePassword() {
    assertThatThrownBy(
            () -> {
              ScramExchange exchange = exchange("secret\u0007word");
              exchange.first();
              exchange.answer(SERVER_FIRST);
            })
        .isInstanceOf(ScramFault.class)
        .hasNoCause()
        .message()
        .doesNotContain("secret", "word\"");
  }
}

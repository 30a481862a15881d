package io.postern.console.search;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TlsResultTest {
  @ParameterizedTest
  @CsvSource({
    "'', none-yet",
    "opportunistic:none(not-offered), plaintext",
    "opportunistic:none(handshake-failed), plaintext",
    "opportunistic:encryption-only, opportunistic",
    "encryption-only:encryption-only+pq, required",
    "domain-validation:domain-validation, required",
    "certificate-validation/revoked, refused",
    "opportunistic/private-address, not-sent"
  })
  void aTokenIsOfOneResult(String token, String result) {
    assertThat(TlsResult.of(token).word()).isEqualTo(result);
  }
}

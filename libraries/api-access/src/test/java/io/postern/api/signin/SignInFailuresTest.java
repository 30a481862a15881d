package io.postern.api.signin;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.api.ApiSettings;
import io.postern.api.signin.SignInFailures.Kind;
import io.quarkus.security.AuthenticationFailedException;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A stranger's line hides no line of another kind. */
class SignInFailuresTest {
  private static final Logger LOG = Logger.getLogger(SignInFailures.class.getName());

  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord line) {
          lines.add(words.formatMessage(line));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };
  private final Formatter words =
      new Formatter() {
        @Override
        public String format(LogRecord line) {
          return formatMessage(line);
        }

        @Override
        public String formatMessage(LogRecord line) {
          Object[] values = line.getParameters();
          return values == null || !line.getMessage().contains("%")
              ? line.getMessage()
              : line.getMessage().formatted(values);
        }
      };

  @BeforeEach
  void listen() {
    LOG.addHandler(handler);
  }

  @AfterEach
  void stop() {
    LOG.removeHandler(handler);
  }

  private static SignInFailures failures() {
    return new SignInFailures(
        new SmallRyeConfigBuilder()
            .addDiscoveredConverters()
            .withMapping(ApiSettings.class)
            .withDefaultValues(
                Map.of("postern.api.oidc.issuer", "https://login.contoso.example/realm"))
            .build()
            .getConfigMapping(ApiSettings.class));
  }

  @Test
  void eachKindHasALineAMinute() {
    SignInFailures failures = failures();
    for (int i = 0; i < 9; i++) {
      failures.log(new AuthenticationFailedException(new IllegalStateException("of another key")));
      for (Kind kind : Kind.values()) {
        failures.log(kind, "a reason");
      }
    }

    assertThat(lines).hasSize(Kind.values().length);
    assertThat(lines.getFirst()).contains("A token was refused: of another key");
    assertThat(lines).filteredOn(line -> line.contains("client id, secret")).hasSize(1);
  }

  @Test
  void theReasonStandsBesideTheAdvice() {
    SignInFailures failures = failures();
    failures.log(Kind.NO_CODE, "invalid_scope");
    failures.log(Kind.OTHER_ISSUER, "");

    assertThat(lines)
        .containsExactly(
            "A browser's sign-in at the OpenID provider failed: it sent a browser back without a "
                + "code (invalid_scope): check the client's settings there, and the provider's own "
                + "log",
            "A browser's sign-in at the OpenID provider failed: a browser returned with the "
                + "response of another issuer (RFC 9207): if all fail, compare "
                + "postern.api.oidc.issuer with the issuer of the provider");
  }
}

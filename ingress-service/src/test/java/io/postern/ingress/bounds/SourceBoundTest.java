package io.postern.ingress.bounds;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.InboundConnector;
import io.postern.ingress.IngressSettings;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The table names what there is; its page is made from it. */
class SourceBoundTest {
  private static final String PREFIX = "postern.ingress.";
  private static final Set<String> METRICS =
      Set.of(
          "",
          "postern.ingress.connections",
          "postern.ingress.refusals",
          "postern.ingress.rates.exceeded",
          "postern.ingress.recipients.checked",
          "postern.ingress.chain.records",
          "postern.ingress.refusal.records");
  private static final Set<String> SETTINGS =
      Stream.concat(
              keys(IngressSettings.class, ""),
              keys(IngressSettings.Recipients.class, "recipients."))
          .collect(Collectors.toSet());

  private static Stream<String> keys(Class<?> settings, String prefix) {
    return Arrays.stream(settings.getDeclaredMethods())
        .map(Method::getName)
        .map(name -> prefix + name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT));
  }

  @ParameterizedTest
  @EnumSource
  void eachSettingExistsAndEachReplyIsTemporary(SourceBound bound) {
    String setting = bound.setting();
    if (setting.startsWith(PREFIX) && !setting.equals(PREFIX)) {
      assertThat(SETTINGS).contains(setting.substring(PREFIX.length()));
    } else if (!setting.isEmpty() && !setting.equals(PREFIX)) {
      assertThat(InboundConnector.getDescriptor().getFields())
          .extracting(field -> field.getJsonName())
          .contains(setting);
    }
    assertThat(bound.unit()).isNotEmpty();
    assertThat(bound.metric()).isIn(METRICS);
    assertThat(bound.reply()).matches("4[0-9]{2} 4\\.[0-9]+\\.[0-9]+|[^0-9]*|2 s before .*");
  }
}

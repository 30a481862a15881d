package io.postern.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsDocumentedTest {
  @ParameterizedTest
  @ValueSource(classes = {DeliverySettings.class, DnsSettings.class, LogDeploymentSettings.class})
  void everySettingStandsInTheReadmeWithItsDefault(Class<?> settings) throws Exception {
    String readme = Files.readString(Path.of("README.md"));
    check(settings, settings.getAnnotation(ConfigMapping.class).prefix(), readme);
  }

  private static void check(Class<?> settings, String prefix, String readme) {
    for (Method method : settings.getDeclaredMethods()) {
      String key =
          prefix
              + "."
              + method.getName().replaceAll("([A-Z])", "-$1").toLowerCase(java.util.Locale.ROOT);
      if (method.getReturnType().getEnclosingClass() == settings) {
        check(method.getReturnType(), key, readme);
        continue;
      }
      WithDefault standard = method.getAnnotation(WithDefault.class);
      String line = readme.lines().filter(l -> l.contains("`" + key + "`")).findFirst().orElse("");
      assertThat(line).as(key).isNotEmpty();
      if (standard != null) {
        assertThat(line).as(key).contains(standard.value());
      }
    }
  }
}

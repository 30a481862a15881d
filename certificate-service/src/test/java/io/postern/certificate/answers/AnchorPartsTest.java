package io.postern.certificate.answers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.certificate.anchors.AnchorSource;
import io.postern.certificate.anchors.BadAnchorFileException;
import io.postern.certificate.anchors.DefaultAnchors;
import io.postern.certificate.anchors.Distrust;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the settings mean, and what a wrong one is told. */
class AnchorPartsTest {
  @TempDir Path folder = Path.of("");

  private static AnchorSettings settings(Map<String, String> properties) {
    SmallRyeConfig config =
        new SmallRyeConfigBuilder()
            .addDefaultInterceptors()
            .addDiscoveredConverters()
            .withMapping(AnchorSettings.class)
            .withSources(new PropertiesConfigSource(properties, "test", 100))
            .build();
    return config.getConfigMapping(AnchorSettings.class);
  }

  @Test
  void withoutSettingsTheJdksAnchorsAreTheDefaultSet() {
    AnchorSettings settings = settings(Map.of());
    assertThat(AnchorParts.sources(settings)).extracting(AnchorSource::kind).containsExactly("jdk");
    assertThat(AnchorParts.distrust(settings).fingerprints()).isEmpty();
    assertThat(settings.urlCheck()).isEqualTo(Duration.ofHours(1));
  }

  @Test
  void eachSourceIsNamedByItsSetting() {
    AnchorSettings settings =
        settings(
            Map.of(
                "postern.anchors.jdk", "false",
                "postern.anchors.system", "/etc/ssl/certs/ca-certificates.crt",
                "postern.anchors.pem", "/etc/a.pem,/etc/b.pem",
                "postern.anchors.folder", "/etc/anchors",
                "postern.anchors.url", "https://pki.example/roots.pem",
                "postern.anchors.distrusted", "4B:".repeat(31) + "4B," + "00".repeat(32)));
    assertThat(AnchorParts.sources(settings))
        .extracting(AnchorSource::kind)
        .containsExactly("system", "pem", "pem", "folder", "url");
    assertThat(AnchorParts.distrust(settings).fingerprints()).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"folder", "url"})
  void sourcesThatAllAreEmptyEndTheStart(String kind) throws Exception {
    String value = kind.equals("folder") ? folder.toString() : "https://pki.example/roots.pem";
    AnchorSettings settings =
        settings(
            Map.of(
                "postern.anchors.jdk",
                "false",
                "postern.anchors." + kind,
                value,
                "postern.anchors.url-copy",
                folder.resolve("none.pem").toString()));
    DefaultAnchors empty = new DefaultAnchors(AnchorParts.sources(settings), Distrust.NONE);
    assertThatThrownBy(() -> AnchorParts.checkNotEmpty(empty))
        .isInstanceOf(BadAnchorFileException.class)
        .hasMessageStartingWith("postern.anchors: no default anchor")
        .hasMessageContaining("(" + kind + ")")
        .hasMessageContaining("; put a root there");
  }

  @Test
  void thatThereIsNoDefaultAnchorCanBeMeant() throws Exception {
    AnchorSettings settings = settings(Map.of("postern.anchors.jdk", "false"));
    DefaultAnchors none = new DefaultAnchors(AnchorParts.sources(settings), Distrust.NONE);
    AnchorParts.checkNotEmpty(none);
    assertThat(none.current().size()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"DF3C24F9BFD666761B268073FE06D1CC8D4F82A4", "none", "4b,00"})
  void whatIsNoFingerprintEndsTheStartWithItsKeyAndTheCure(String text) {
    AnchorSettings settings = settings(Map.of("postern.anchors.distrusted", text));
    assertThatThrownBy(() -> AnchorParts.distrust(settings))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("postern.anchors.distrusted: \"")
        .hasMessageContaining("openssl x509");
  }

  @ParameterizedTest
  @CsvSource({"http://pki.example/roots.pem", "https://user@pki.example/roots.pem", "roots.pem"})
  void whatIsNoHttpsUrlEndsTheStartWithItsKeyAndTheCure(String text) {
    AnchorSettings settings = settings(Map.of("postern.anchors.url", text));
    assertThatThrownBy(() -> AnchorParts.sources(settings))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("postern.anchors.url ")
        .hasMessageContaining("write https://");
  }
}

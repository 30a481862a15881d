package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The settings of the channels of Reactive Messaging, shared ones first (docs/decisions/0003). */
class ChannelsTest {
  private static final String OUTGOING = "mp.messaging.outgoing.";
  private static final String SHARED =
      "libraries/service/src/main/resources/META-INF/microprofile-config.properties";

  /**
   * A refused handshake, as in the hour of a renewed certificate, ends an idempotent producer for
   * good, and no channel makes another.
   */
  @Test
  void noChannelsProducerIsIdempotent() throws Exception {
    int channels = 0;
    for (Properties settings : settings()) {
      for (String channel : channels(settings)) {
        channels++;
        assertThat(setting(settings, channel, "enable.idempotence")).as(channel).isEqualTo("false");
      }
    }
    assertThat(channels).isEqualTo(3);
  }

  private static List<Properties> settings() throws Exception {
    try (Stream<Path> folders = Files.list(Project.root())) {
      List<Properties> all = new ArrayList<>();
      for (Path folder : folders.sorted().toList()) {
        Path file = folder.resolve("src/main/resources/application.properties");
        if (Files.exists(file)) {
          Properties settings = new Properties();
          for (Path each : List.of(Project.root().resolve(SHARED), file)) {
            try (Reader reader = Files.newBufferedReader(each)) {
              settings.load(reader);
            }
          }
          all.add(settings);
        }
      }
      return all;
    }
  }

  private static Set<String> channels(Properties settings) {
    Set<String> channels = new TreeSet<>();
    for (String key : settings.stringPropertyNames()) {
      if (key.startsWith(OUTGOING)) {
        channels.add(key.substring(OUTGOING.length(), key.indexOf('.', OUTGOING.length())));
      }
    }
    return channels;
  }

  private static String setting(Properties settings, String channel, String name) {
    return settings.getProperty(
        OUTGOING + channel + "." + name,
        settings.getProperty("mp.messaging.connector.smallrye-kafka." + name, "true"));
  }
}

package io.postern.lab.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.postern.contracts.Topics;
import io.postern.lab.ProjectFolder;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Kafka's topics. */
class TopicsContractTest {
  private static Map<String, String> topics() throws Exception {
    JsonNode document =
        new YAMLMapper().readTree(ProjectFolder.root().resolve("docs/asyncapi.yaml").toFile());
    return TopicsContract.entries(Topics.ALL, document);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      textBlock =
          """
          mail.accepted partitions   | 12 of 48, by hash of the key | topic mail.accepted: partitions was 48 of 48, by queue id and is 12 of 48, by hash of the key: no service starts on the topic of an installation, and api, console, decider, delivery, notice-writer look for records in other partitions
          mail.accepted retention.ms | 86400000   | topic mail.accepted: retention.ms was 1814400000 and is 86400000: api, console, decider, delivery, notice-writer miss records that they count on
          mail.accepted retention.ms | 9999999999 | topic mail.accepted: retention.ms was 1814400000 and is 9999999999: no service starts on the topic of an installation until its administrator changes it
          mail.accepted cleanup.policy | compact  | topic mail.accepted: cleanup.policy was delete and is compact: no service starts on the topic of an installation until its administrator changes it
          mail.accepted records      | Decision   | topic mail.accepted: records was MessageAccepted and is Decision: api, console, decider, delivery, notice-writer of the version before look for what was there
          mail.accepted writers      | ingress    | none
          mail.accepted flushed      | by Kafka   | topic mail.accepted: flushed was each append and is by Kafka: a record that was acknowledged is lost with the machine's power
          """)
  void aPlantedBreakIsNamed(String entry, String facts, String expected) throws Exception {
    Map<String, String> now = new LinkedHashMap<>(topics());
    assertThat(now).containsKey(entry);
    now.put(entry, facts);

    assertThat(TopicsContract.breaks(topics(), topics())).isEmpty();
    assertThat(TopicsContract.breaks(topics(), now))
        .containsExactly(expected == null ? new String[0] : new String[] {expected});
  }

  @Test
  void aTopicThatIsGoneOrNewIsNamed() throws Exception {
    Map<String, String> without = new LinkedHashMap<>(topics());
    without.keySet().removeIf(entry -> entry.split(" ", 2)[0].equals("mail.due"));

    assertThat(TopicsContract.breaks(topics(), without))
        .containsExactly(
            "topic mail.due is gone: no service reads what scheduler of the version before write, and"
                + " console, decider of it miss its records");
    assertThat(TopicsContract.breaks(without, topics()))
        .containsExactly(
            "topic mail.due is new and must not lose a record: no service starts on an installation"
                + " that has mail before postern set-up log --make-missing-topics");
  }

  @Test
  void theTopicsAreAsInstallationsHaveThem() throws Exception {
    assertThat(AcceptedState.differences("topics", topics(), TopicsContract::breaks)).isEmpty();
  }
}

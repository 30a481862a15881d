package io.postern.operator.judging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import java.io.BufferedReader;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

class BulkJudgeTest {
  private static final LabCa CA = LabCa.create("Bulk");

  private static String base64(byte[] der) {
    return "\"" + Base64.getEncoder().encodeToString(der) + "\"";
  }

  private static String line(String id, String more) throws Exception {
    byte[] leaf = CA.issue(Issue.to("mail.example")).der().getFirst();
    return "{\"id\":\"%s\",\"leaf\":%s,\"anchors\":[%s]%s}"
        .formatted(id, base64(leaf), base64(CA.root().getEncoded()), more);
  }

  private static List<JsonNode> judge(List<String> lines) throws Exception {
    List<JsonNode> answers = new ArrayList<>();
    BulkJudge.judge(new BufferedReader(new StringReader(String.join("\n", lines))), answers::add);
    return answers;
  }

  private static JsonNode one(String line) throws Exception {
    return judge(List.of(line)).getFirst();
  }

  @Test
  void aGoodChainHasItsPath() throws Exception {
    JsonNode answer = one(line("a", ",\"intermediates\":[" + intermediates() + "]"));
    assertThat(answer.path("result").asText()).as(answer.toString()).isEqualTo("good");
    assertThat(answer.path("id").asText()).isEqualTo("a");
    assertThat(answer.path("path")).isNotEmpty();
  }

  private static String intermediates() throws Exception {
    List<byte[]> chain = CA.issue(Issue.to("mail.example")).der();
    return String.join(
        ",", chain.subList(1, chain.size()).stream().map(BulkJudgeTest::base64).toList());
  }

  @Test
  void thePeersNameMustMatch() throws Exception {
    String chain = ",\"intermediates\":[" + intermediates() + "]";
    JsonNode known = one(line("a", chain + ",\"peer\":\"mail.example\""));
    assertThat(known.path("result").asText()).as(known.toString()).isEqualTo("good");
    JsonNode stranger = one(line("b", chain + ",\"peer\":\"other.example\""));
    assertThat(stranger.path("result").asText()).isEqualTo("bad");
    assertThat(stranger.path("reason").asText()).isEqualTo("name-mismatch");
  }

  @Test
  void theTimeIsTheLines() throws Exception {
    String chain = ",\"intermediates\":[" + intermediates() + "]";
    JsonNode answer = one(line("a", chain + ",\"time\":\"2040-01-01T00:00:00Z\""));
    assertThat(answer.path("reason").asText()).isEqualTo("expired");
  }

  @Test
  void revocationThatIsRequiredAndNotThereIsUnknown() throws Exception {
    JsonNode answer =
        one(
            line(
                "a",
                ",\"revocation\":\"crl-required\",\"intermediates\":[" + intermediates() + "]"));
    assertThat(answer.path("result").asText()).isEqualTo("unknown");
  }

  @Test
  void aLineThatCannotBeReadSaysWhichFieldAndOthersFollow() throws Exception {
    List<JsonNode> answers =
        judge(
            List.of(
                "no json",
                "{\"id\":\"b\"}",
                "{\"id\":\"c\",\"leaf\":\"$\"}",
                line("d", ",\"purpose\":\"cake\""),
                line("e", ",\"time\":\"yesterday\""),
                line("f", ",\"intermediates\":[" + intermediates() + "]")));
    assertThat(answers).hasSize(6);
    assertThat(answers.subList(0, 5))
        .allSatisfy(answer -> assertThat(answer.path("result").asText()).isEqualTo("error"));
    assertThat(answers.get(1).path("detail").asText()).startsWith("leaf: ");
    assertThat(answers.get(2).path("detail").asText()).startsWith("leaf: ");
    assertThat(answers.get(3).path("detail").asText()).startsWith("purpose: ");
    assertThat(answers.get(5).path("result").asText()).isEqualTo("good");
  }

  @Test
  void everyLineThatHasAnIdIsAnsweredWithIt() throws Exception {
    String deep = "[".repeat(5_000);
    List<String> lines =
        List.of(
            "{\"id\":\"1\",\"leaf\":\"AAAA\"", // ends early
            "{\"leaf\":\"AAAA\",\"anchors\":[\"A\"],\"id\":\"2\",\"time\":nonsense}",
            "{\"id\":\"3\",\"leaf\":\"AAAA\",\"crls\":" + deep + "}",
            "{\"id\":4,\"leaf\":\"$\"}",
            "{\"id\":\"5\",\"leaf\":{\"a\":1},\"anchors\":\"none\",\"policy\":7}",
            "{\"id\":\"6\",\"leaf\":\"MAAwAA==\",\"purpose\":[]}",
            "{\"id\":\"7\",\"leaf\":\"MAAwAA==\",\"time\":\"+999999999-12-31T23:59:59Z\"}");
    List<JsonNode> answers = judge(lines);
    assertThat(answers).hasSize(lines.size());
    for (int i = 0; i < lines.size(); i++) {
      assertThat(answers.get(i).path("id").asText()).isEqualTo(Integer.toString(i + 1));
      assertThat(answers.get(i).path("result").asText()).isIn("error", "bad");
    }
    assertThat(one("no json").path("id").asText()).isEmpty();
  }

  @Test
  void aLineThatIsTooLongIsAnsweredAndOthersFollow() throws Exception {
    String longest = "{\"id\":\"a\",\"leaf\":\"" + "A".repeat(33 << 20) + "\"}";
    List<JsonNode> answers = judge(List.of(longest, "{\"id\":\"b\"}"));
    assertThat(answers).extracting(answer -> answer.path("id").asText()).containsExactly("a", "b");
    assertThat(answers.getFirst().path("detail").asText()).contains("32 million");
  }

  @Test
  void answersComeInTheOrderOfTheLines() throws Exception {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      lines.add(i % 3 == 0 ? "{\"id\":\"" + i + "\"}" : line(Integer.toString(i), ""));
    }
    List<JsonNode> answers = judge(lines);
    assertThat(answers).hasSize(600);
    for (int i = 0; i < 600; i++) {
      assertThat(answers.get(i).path("id").asText()).isEqualTo(Integer.toString(i));
    }
  }
}

package io.postern.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code docs/asyncapi.yaml} is what the topics and their records are. */
class AsyncApiTest {
  private static final Path PROTO = Path.of("src/main/proto/postern/v1");
  private static final Path DOCUMENT = Path.of("../../docs/asyncapi.yaml");

  /** A store's changelog has values of several kinds, which nobody else reads. */
  private static final List<String> INTERNAL = List.of(Topics.SCHEDULE_MARKS);

  static List<TopicDeclaration> topics() {
    return Topics.ALL;
  }

  @ParameterizedTest
  @MethodSource("topics")
  void theProtoFilesNameTheRecordsAndTheKeyOfEachTopic(TopicDeclaration topic) throws Exception {
    if (!INTERNAL.contains(topic.name())) {
      assertThat(ProtoComments.read(PROTO).records())
          .as("a comment \"%s; key: ....\" above a message", topic.name())
          .containsKey(topic.name());
    }
  }

  @Test
  void theDocumentIsAsTheTopicsAre() throws Exception {
    String made = AsyncApi.document(ProtoComments.read(PROTO));
    if (Boolean.getBoolean("api.docs.renew")) {
      Files.writeString(DOCUMENT, made);
    }
    assertThat(DOCUMENT)
        .as("docs/asyncapi.yaml is behind the topics: make api-docs renews it")
        .content()
        .isEqualTo(made);
  }
}

package io.postern.lab.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.TextFormat;
import io.postern.contracts.TopicDeclaration;
import io.postern.contracts.Topics;
import io.postern.lab.ProjectFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The records in Kafka's topics. */
class MessagesContractTest {
  private static final String BEFORE =
      """
      name: "mail.proto" package: "mail"
      message_type {
        name: "Accepted"
        field { name: "queue_id" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
        field { name: "to" number: 2 type: TYPE_STRING label: LABEL_REPEATED }
        field { name: "kind" number: 3 type: TYPE_ENUM type_name: ".mail.Kind" label: LABEL_OPTIONAL }
        field { name: "size" number: 4 type: TYPE_INT64 label: LABEL_OPTIONAL oneof_index: 0 }
        oneof_decl { name: "content" }
        reserved_range { start: 7 end: 8 }
      }
      enum_type {
        name: "Kind"
        value { name: "NONE" number: 0 }
        value { name: "HELD" number: 1 }
      }
      syntax: "proto3"
      """;

  @ParameterizedTest(name = "{2}")
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      textBlock =
          """
          'number: 1 type: TYPE_STRING' | 'number: 1 type: TYPE_BYTES' | field 1 of mail.Accepted changed its type from string to bytes: replicas read it wrong
          'LABEL_REPEATED'     | 'LABEL_OPTIONAL'   | field 2 of mail.Accepted was repeated and is singular: replicas read it wrong
          'oneof_index: 0'     | ''                 | field 4 of mail.Accepted was in oneof content and is singular: replicas read it wrong
          '"queue_id"'         | '"id"'             | field 1 of mail.Accepted was queue_id and is id: replicas take one for the other
          'number: 1 type'     | 'number: 9 type'   | field 1 of mail.Accepted (queue_id) is gone and its number is not reserved: a later one would be read from old records
          'number: 1 type'     | 'number: 7 type'   | field 1 of mail.Accepted (queue_id) is gone and its number is not reserved: a later one would be read from old records;field 7 of mail.Accepted is used again: replicas take the former one for it
          'start: 7 end: 8'    | 'start: 8 end: 9'  | field 7 of mail.Accepted is reserved no longer: a later one would be read from old records
          'number: 1 }'        | 'number: 2 }'      | value 1 of mail.Kind (HELD) is gone and its number is not reserved: a later one would be read from old records
          'HELD'               | 'KEPT'             | value 1 of mail.Kind was HELD and is KEPT: replicas take one for the other
          'package: "mail"'    | 'package: "post"'  | message mail.Accepted is gone: replicas read its records no longer;enum mail.Kind is gone: replicas read its records no longer
          'reserved_range {'   | 'field { name: "new" number: 5 type: TYPE_BOOL } reserved_range {' | none
          'value { name: "HELD" number: 1 }' | 'reserved_range { start: 1 end: 1 }' | none
          """)
  void aPlantedBreakIsNamed(String from, String to, String expected) throws Exception {
    assertThat(BEFORE).contains(from);
    Map<String, String> before = entries(BEFORE);
    Map<String, String> now =
        entries(
            BEFORE
                .replace(from, to)
                .replace(".mail.Kind", to.contains("post") ? ".post.Kind" : ".mail.Kind"));
    AcceptedState.Rule rule = MessagesContract.rule(_ -> "replicas");

    assertThat(rule.breaks(before, before)).isEmpty();
    assertThat(rule.breaks(before, now))
        .containsExactly(expected == null ? new String[0] : expected.split(";"));
  }

  private static Map<String, String> entries(String file) throws Exception {
    return MessagesContract.entries(
        List.of(
            FileDescriptor.buildFrom(
                TextFormat.parse(file, FileDescriptorProto.class), new FileDescriptor[0])));
  }

  @Test
  void theRecordsAreAsTheVersionBeforeReadsThem() throws Exception {
    Set<FileDescriptor> files = files();
    assertThat(files).hasSizeGreaterThan(8);

    assertThat(
            AcceptedState.differences(
                "messages", MessagesContract.entries(files), MessagesContract.rule(readers(files))))
        .isEmpty();
  }

  /** All of the module contracts: a class of each file is beside its outer class. */
  private static Set<FileDescriptor> files() throws Exception {
    Set<FileDescriptor> files = new HashSet<>();
    Path protos = ProjectFolder.root().resolve("libraries/contracts/src/main/proto/postern/v1");
    try (Stream<Path> all = Files.list(protos)) {
      for (Path proto : all.sorted().toList()) {
        files.add(
            (FileDescriptor)
                Class.forName("io.postern.contracts.v1." + outer(proto))
                    .getMethod("getDescriptor")
                    .invoke(null));
      }
    }
    return files;
  }

  private static String outer(Path proto) {
    StringBuilder name = new StringBuilder();
    for (String word : proto.getFileName().toString().replace(".proto", "").split("_", -1)) {
      name.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
    }
    return name.toString();
  }

  /** Of each message and enumeration: the topics in which it is, and their readers. */
  private static Function<String, String> readers(Set<FileDescriptor> files) throws Exception {
    JsonNode document =
        new YAMLMapper().readTree(ProjectFolder.root().resolve("docs/asyncapi.yaml").toFile());
    Map<String, Descriptor> records = new TreeMap<>();
    files.forEach(
        file -> file.getMessageTypes().forEach(type -> records.put(type.getName(), type)));
    Map<String, Set<String>> readers = new TreeMap<>();
    for (TopicDeclaration topic : Topics.ALL) {
      for (String record : TopicsContract.records(topic.name(), document)) {
        Descriptor type = records.get(record);
        if (type != null) {
          reach(type, topic, readers);
        }
      }
    }
    return type ->
        String.join(", ", readers.getOrDefault(type, Set.of("readers"))) + " of the version before";
  }

  private static void reach(
      Descriptor type, TopicDeclaration topic, Map<String, Set<String>> readers) {
    if (readers.computeIfAbsent(type.getFullName(), _ -> new TreeSet<>()).addAll(topic.readers())) {
      for (FieldDescriptor field : type.getFields()) {
        switch (field.getJavaType()) {
          case MESSAGE -> reach(field.getMessageType(), topic, readers);
          case ENUM ->
              readers
                  .computeIfAbsent(field.getEnumType().getFullName(), _ -> new TreeSet<>())
                  .addAll(topic.readers());
          default -> {}
        }
      }
    }
  }
}

package io.postern.contracts;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The AsyncAPI 3.0 document of the log: a channel a topic, from the topics' declarations, with the
 * messages and schemas of the .proto files. A schema is the JSON form of a protobuf message
 * (protobuf's own mapping); on the wire records are binary.
 */
final class AsyncApi {
  private static final Deployment CLUSTER = Deployment.of(Deployment.CLUSTER, OptionalInt.empty());

  private final ProtoComments comments;
  private final Map<String, Descriptor> messages = new HashMap<>();
  private final StringBuilder out = new StringBuilder();

  private AsyncApi(ProtoComments comments) {
    this.comments = comments;
  }

  static String document(ProtoComments comments) throws ReflectiveOperationException {
    AsyncApi api = new AsyncApi(comments);
    for (List<ProtoComments.TopicRecord> records : comments.records().values()) {
      for (ProtoComments.TopicRecord record : records) {
        Class<?> type = Class.forName("io.postern.contracts.v1." + record.message());
        api.messages.put(
            record.message(), (Descriptor) type.getMethod("getDescriptor").invoke(null));
      }
    }
    api.head();
    api.channels();
    api.operations();
    api.components();
    return api.out.toString();
  }

  private void head() {
    line(0, "asyncapi: 3.0.0");
    line(0, "info:");
    line(1, "title: The mail log of Postern");
    line(1, "version: '1'");
    text(
        1,
        "description",
        "The topics by which Postern's services meet, made from their declaration and the .proto files (make api-docs). The rules by which"
            + " records count are in docs/design/the-log.md. Schemas show protobuf's JSON form; records are binary protobuf, and fields"
            + " are only added.");
    line(0, "defaultContentType: application/x-protobuf");
    line(0, "servers:");
    line(1, "log:");
    line(2, "host: broker:9092");
    line(2, "protocol: kafka-secure");
    text(2, "description", "TLS on both sides, the certificate's common name is the principal");
    line(2, "security:");
    line(3, "- type: X509");
  }

  private void channels() {
    line(0, "channels:");
    for (TopicDeclaration topic : Topics.ALL) {
      line(1, topic.name() + ":");
      line(2, "address: " + topic.name());
      line(2, "messages:");
      List<ProtoComments.TopicRecord> records =
          comments.records().getOrDefault(topic.name(), List.of());
      for (ProtoComments.TopicRecord record : records) {
        line(3, record.message() + ":");
        line(4, "$ref: '#/components/messages/" + topic.name() + "." + record.message() + "'");
      }
      if (records.isEmpty()) {
        line(3, "Internal:");
        line(4, "$ref: '#/components/messages/Internal'");
      }
      line(2, "bindings:");
      line(3, "kafka:");
      line(4, "bindingVersion: '0.5.0'");
      line(4, "topic: " + topic.name());
      line(4, "topicConfiguration:");
      Map<String, String> settings = topic.configs(CLUSTER);
      line(
          5,
          "cleanup.policy: ["
              + settings.getOrDefault("cleanup.policy", "").replace(",", ", ")
              + "]");
      if (settings.containsKey("retention.ms")) {
        line(5, "retention.ms: " + settings.get("retention.ms"));
      }
      line(5, "max.message.bytes: " + settings.get("max.message.bytes"));
      line(2, "x-partitions: " + topic.partitioning());
      if (!topic.retention().isZero()) {
        line(2, "x-kept: " + kept(topic));
      }
    }
  }

  private static String kept(TopicDeclaration topic) {
    Duration time = topic.retention();
    return switch (topic.cleanup()) {
      case COMPACT, CHANGELOG -> "the newest record of each key";
      case DELETE, COMPACT_AND_DELETE ->
          time.toDaysPart() > 0 ? time.toDays() + " d" : time.toHours() + " h";
    };
  }

  private void operations() {
    line(0, "operations:");
    Map<String, Set<String>> all = new TreeMap<>();
    for (TopicDeclaration topic : Topics.ALL) {
      topic.writers().forEach(role -> operation(all, role, "send", topic.name()));
      topic.readers().forEach(role -> operation(all, role, "receive", topic.name()));
    }
    all.forEach(
        (name, lines) -> {
          line(1, name + ":");
          lines.forEach(each -> line(2, each));
        });
  }

  private static void operation(
      Map<String, Set<String>> all, String role, String action, String topic) {
    all.put(
        role + "." + action + "." + topic,
        new TreeSet<>(
            Set.of(
                "action: " + action,
                "channel: {$ref: '#/channels/" + topic + "'}",
                "x-role: " + role)));
  }

  private void components() {
    line(0, "components:");
    line(1, "messages:");
    line(2, "Internal:");
    text(3, "description", "A store's changelog, which its own service alone reads.");
    Deque<Descriptor> open = new ArrayDeque<>();
    for (TopicDeclaration topic : Topics.ALL) {
      for (ProtoComments.TopicRecord record :
          comments.records().getOrDefault(topic.name(), List.of())) {
        line(2, topic.name() + "." + record.message() + ":");
        line(3, "name: " + record.message());
        text(3, "description", comments.above().getOrDefault(record.message(), ""));
        line(3, "contentType: application/x-protobuf");
        line(3, "payload: {$ref: '#/components/schemas/" + record.message() + "'}");
        line(3, "bindings:");
        line(4, "kafka:");
        line(5, "bindingVersion: '0.5.0'");
        line(5, "key:");
        line(6, "type: string");
        text(6, "description", record.key());
        open.add(Objects.requireNonNull(messages.get(record.message())));
      }
    }
    schemas(open);
  }

  private void schemas(Deque<Descriptor> open) {
    line(1, "schemas:");
    Map<String, Descriptor> types = new TreeMap<>();
    Map<String, EnumDescriptor> enums = new TreeMap<>();
    while (!open.isEmpty()) {
      Descriptor type = open.remove();
      if (types.putIfAbsent(type.getName(), type) == null) {
        for (FieldDescriptor field : type.getFields()) {
          switch (field.getJavaType()) {
            case MESSAGE -> open.add(field.getMessageType());
            case ENUM -> enums.put(field.getEnumType().getName(), field.getEnumType());
            default -> {}
          }
        }
      }
    }
    types.values().forEach(this::schema);
    enums.values().forEach(this::schema);
  }

  private void schema(Descriptor type) {
    line(2, type.getName() + ":");
    line(3, "type: object");
    text(3, "description", comments.above().getOrDefault(type.getName(), ""));
    if (type.getFields().isEmpty()) {
      return;
    }
    line(3, "properties:");
    for (FieldDescriptor field : type.getFields()) {
      line(4, field.getJsonName() + ":");
      int depth = 5;
      if (field.isRepeated()) {
        line(5, "type: array");
        line(5, "items:");
        depth = 6;
      }
      value(depth, field);
      text(
          5,
          "description",
          comments.behind().getOrDefault(type.getName() + "." + field.getName(), ""));
      line(5, "x-field-number: " + field.getNumber());
    }
  }

  private void schema(EnumDescriptor type) {
    line(2, type.getName() + ":");
    line(3, "type: string");
    text(3, "description", comments.above().getOrDefault(type.getName(), ""));
    line(3, "enum:");
    for (EnumValueDescriptor value : type.getValues()) {
      line(4, "- " + value.getName());
    }
  }

  private void value(int depth, FieldDescriptor field) {
    switch (field.getJavaType()) {
      case MESSAGE ->
          line(
              depth,
              "allOf: [{$ref: '#/components/schemas/" + field.getMessageType().getName() + "'}]");
      case ENUM ->
          line(
              depth,
              "allOf: [{$ref: '#/components/schemas/" + field.getEnumType().getName() + "'}]");
      case BOOLEAN -> line(depth, "type: boolean");
      case INT -> line(depth, "type: integer");
      case LONG -> {
        line(depth, "type: string");
        line(depth, "format: int64");
      }
      case BYTE_STRING -> {
        line(depth, "type: string");
        line(depth, "contentEncoding: base64");
      }
      case STRING -> line(depth, "type: string");
      case FLOAT, DOUBLE -> line(depth, "type: number");
    }
  }

  /** A quoted text; none where it is empty. */
  private void text(int depth, String key, String text) {
    if (!text.isEmpty()) {
      line(depth, key + ": '" + text.replace("'", "''") + "'");
    }
  }

  private void line(int depth, String text) {
    out.append("  ".repeat(depth)).append(text).append('\n');
  }
}

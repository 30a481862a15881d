package io.postern.directory;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Message;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.AnchorSet;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.fields.Field;
import io.postern.fields.FieldTable;
import io.postern.fields.Kind;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.List;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * The reader of an organization's objects, by the tables of their fields. One parse, one thread.
 */
final class ObjectReader {
  private final Problems problems;
  private final String organization;

  ObjectReader(Problems problems, String organization) {
    this.problems = problems;
    this.organization = organization;
  }

  DirectoryObject read(ObjectKind kind, Node node) {
    DirectoryObject.Builder object = kind.begun(organization);
    Message.Builder message = kind.message(object);
    FieldTable table = kind.fields();
    Fields fields = Fields.of(node, problems, "", "");
    read(table.fields().getFirst(), fields, message); // the name, of which the key is made
    String key = DirectoryKeys.key(object.build());
    fields.belongTo(key);
    rest(table, fields, message, key);
    if (message instanceof AnchorSet.Builder set) {
      hasCertificates(fields, set);
    }
    fields.done();
    return object.build();
  }

  /**
   * All but the first.
   *
   * @param key of the object
   */
  void rest(FieldTable table, Fields fields, Message.Builder message, String key) {
    for (Field field : table.fields().subList(1, table.fields().size())) {
      if (field.kind() instanceof Kind.Part part) {
        part(field, part, fields, message, key);
      } else {
        read(field, fields, message);
      }
    }
    table
        .refused()
        .forEach(
            (name, cure) -> {
              if (fields.flag(name, false)) {
                fields.problem(name, "this version does not evaluate it", cure);
              }
            });
  }

  private void part(
      Field field, Kind.Part part, Fields fields, Message.Builder message, String key) {
    String name = field.name();
    if (part.most() > 0) {
      int i = 0;
      for (Node node : fields.mappings(name)) {
        Message.Builder one = message.newBuilderForField(field.path().getLast());
        part(part, node, key, name + "[" + i++ + "].", one);
        message.addRepeatedField(field.path().getLast(), one.build());
      }
      return;
    }
    Node node = fields.mapping(name);
    if (node != null) {
      part(part, node, key, name + ".", message);
    } else {
      missing(field, fields);
    }
  }

  private void part(Kind.Part part, Node node, String key, String prefix, Message.Builder message) {
    Fields fields = Fields.of(node, problems, key, prefix);
    fields.belongTo(key);
    part.fields().fields().forEach(field -> read(field, fields, message));
    fields.done();
  }

  private void read(Field field, Fields fields, Message.Builder message) {
    String name = field.name();
    switch (field.kind()) {
      case Kind.Flag flag ->
          field.set(message, fields.flag(name, flag.standing().of(fields::has, message)));
      case Kind.Number number ->
          field.set(message, fields.number(name, number.standing(), number.least(), number.most()));
      case Kind.Choice choice -> field.set(message, choice(field, choice, fields));
      case Kind.Text text -> {
        String value = text(field, fields);
        field.set(message, text.form().domain() ? Domains.one(fields, name, value) : value);
      }
      case Kind.Texts texts ->
          field.set(
              message, texts.form().domain() ? Domains.list(fields, name) : fields.texts(name));
      case Kind.Hosts _ -> field.set(message, Hosts.list(fields, name));
      case Kind.Host _ -> field.set(message, Hosts.one(fields, name, text(field, fields)));
      case Kind.Anchors _ -> field.set(message, anchors(fields, name, organization));
      case Kind.Certificates _ -> field.set(message, certificates(fields, name));
      case Kind.Fingerprints _ -> field.set(message, fingerprints(fields, name));
      case Kind.Part _ -> throw new IllegalStateException(name + " is in no part");
    }
  }

  private static String text(Field field, Fields fields) {
    return field.example().isEmpty()
        ? fields.text(field.name())
        : fields.required(field.name(), field.example());
  }

  private static EnumValueDescriptor choice(Field field, Kind.Choice choice, Fields fields) {
    missing(field, fields);
    return fields.word(field.name(), choice.words(), choice.standing().getValueDescriptor());
  }

  private static void missing(Field field, Fields fields) {
    String name = field.name();
    if (!field.example().isEmpty() && !fields.has(name)) {
      fields.problem(name, name + " is missing", "write " + name + ": " + field.example());
    }
  }

  /** The organization's own set by its name; without one the installation's default set. */
  static AnchorSetReference anchors(Fields fields, String field, String organization) {
    String set = fields.text(field);
    return set.isEmpty()
        ? AnchorSetReference.getDefaultInstance()
        : AnchorSetReference.newBuilder()
            .setId(DirectoryKeys.anchorSetId(organization, set))
            .build();
  }

  private static void hasCertificates(Fields fields, AnchorSet.Builder set) {
    if (fields.has("file")) {
      fields.text("file");
      fields.problem(
          "file",
          "a file name has no meaning here",
          "apply with the command, which inserts the content of the file, or write pem: |");
    } else if (!fields.has("pem") && !set.getWithDefaults()) {
      fields.problem(
          "pem",
          "pem is missing",
          "write pem: | and the certificates, or withDefaults: true for the installation's");
    }
  }

  private static List<ByteString> certificates(Fields fields, String name) {
    String pem = fields.block(name);
    try {
      return pem.isEmpty()
          ? List.of()
          : Pem.certificates(pem).stream().map(ByteString::copyFrom).toList();
    } catch (CertificateException e) {
      fields.problem(
          name, String.valueOf(e.getMessage()), "write -----BEGIN CERTIFICATE----- blocks");
      return List.of();
    }
  }

  private static List<ByteString> fingerprints(Fields fields, String name) {
    List<ByteString> fingerprints = new ArrayList<>();
    List<String> texts = fields.texts(name);
    for (int i = 0; i < texts.size(); i++) {
      try {
        fingerprints.add(ByteString.copyFrom(Fingerprints.parse(texts.get(i))));
      } catch (IllegalArgumentException e) {
        fields.problem(
            name,
            i,
            "it is not the SHA-256 of a certificate",
            "write the 64 hexadecimal digits that openssl x509 -noout -fingerprint -sha256 prints");
      }
    }
    return fingerprints;
  }
}

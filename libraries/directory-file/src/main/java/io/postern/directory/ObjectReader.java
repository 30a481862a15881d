package io.postern.directory;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Message;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.AnchorSet;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.Organization;
import io.postern.fields.Field;
import io.postern.fields.Kind;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.List;

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

  DirectoryObject read(ObjectKind kind, Fields fields) {
    DirectoryObject.Builder object = kind.begun(organization);
    Message.Builder message = kind.message(object);
    Field name = kind.fields().fields().getFirst();
    read(name, fields, message); // of which the key is made
    String key = DirectoryKeys.key(object.build());
    boolean twice = problems.knows(key);
    fields.belongTo(key);
    if (message instanceof Organization.Builder organization) {
      id(organization.getId(), twice, fields);
    }
    kind.fields().fields().stream()
        .filter(field -> field != name)
        .forEach(field -> read(field, fields, message));
    kind.fields()
        .refused()
        .forEach(
            (refused, cure) -> {
              if (fields.flag(refused, false)) {
                fields.problem(refused, "this version does not evaluate it", cure);
              }
            });
    if (message instanceof AnchorSet.Builder set) {
      hasCertificates(fields, set);
    }
    return object.build();
  }

  private static void id(String id, boolean twice, Fields fields) {
    if (twice) {
      fields.problem("id", "organization " + id + " is a duplicate", "join the two");
    } else if (!id.isEmpty() && !id.matches("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")) {
      fields.problem(
          "id", "\"" + id + "\" is not a valid ID", "write lower-case letters, digits and hyphens");
    }
  }

  private void parts(Field field, Kind.Part part, Fields fields, Message.Builder message) {
    if (part.most() > 0) {
      for (Fields each : fields.parts(field.name())) {
        Message.Builder one = message.newBuilderForField(field.path().getLast());
        part(part, each, one);
        message.addRepeatedField(field.path().getLast(), one.build());
      }
      return;
    }
    Fields own = fields.part(field.name());
    if (own != null) {
      part(part, own, message);
    } else {
      missing(field, fields);
    }
  }

  private void part(Kind.Part part, Fields fields, Message.Builder message) {
    part.fields().fields().forEach(field -> read(field, fields, message));
    fields.done();
  }

  void read(Field field, Fields fields, Message.Builder message) {
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
      case Kind.Anchors _ -> field.set(message, anchors(fields.text(name)));
      case Kind.Certificates _ -> field.set(message, certificates(fields, name));
      case Kind.Fingerprints _ -> field.set(message, fingerprints(fields, name));
      case Kind.Part part -> parts(field, part, fields, message);
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
  private AnchorSetReference anchors(String set) {
    String id = set.isEmpty() ? "" : DirectoryKeys.anchorSetId(organization, set);
    return AnchorSetReference.newBuilder().setId(id).build();
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

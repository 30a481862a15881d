package io.postern.fields;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.ProtocolMessageEnum;
import io.postern.contracts.v1.ConnectorType;
import io.postern.fields.Exchange.Here;
import io.postern.fields.Kind.Form;
import io.postern.fields.Kind.Standing;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A row of a table while it is written. One use, one thread. */
final class Row {
  private final String name;
  private final Kind kind;
  private String from;
  private String values;
  private String otherwise;
  private String example = "";
  private @Nullable ConnectorType only;
  private boolean forcedTls;
  private boolean quiet;
  private Exchange exchange;
  private @Nullable Group group;

  private Row(String name, Kind kind, String values, String otherwise) {
    this.name = name;
    this.kind = kind;
    this.from = name;
    this.values = values;
    this.otherwise = otherwise;
    this.exchange = new Exchange("", Here.ADDED, "");
  }

  static Row flag(String name) {
    return flag(name, (written, object) -> false, "false");
  }

  static Row flag(String name, Standing standing, String otherwise) {
    return new Row(name, new Kind.Flag(standing), "`true`, `false`", otherwise);
  }

  static Row number(String name, int least, int most, String otherwise) {
    return new Row(name, new Kind.Number(least, most, 0), least + " to " + most, otherwise);
  }

  static Row number(String name, int least, int most, int standing) {
    return new Row(
        name, new Kind.Number(least, most, standing), least + " to " + most, "" + standing);
  }

  /** With a word for the default. */
  static Row choice(String name, Words words, ProtocolMessageEnum standing) {
    return choice(
        name, words, standing, String.valueOf(words.write(standing.getValueDescriptor())));
  }

  static Row choice(String name, Words words, ProtocolMessageEnum standing, String otherwise) {
    String values = "`" + String.join("`, `", words.all()) + "`";
    return new Row(name, new Kind.Choice(words, standing), values, otherwise);
  }

  static Row text(String name, int most) {
    return new Row(
        name, new Kind.Text(Form.PLAIN, most), "at most " + most + " characters", "none");
  }

  static Row text(String name, Form form, String values) {
    return new Row(name, new Kind.Text(form, 0), values, "none");
  }

  static Row texts(String name, Form form, int most, String values) {
    return new Row(name, new Kind.Texts(form, most), values, "none");
  }

  static Row of(String name, Kind kind, String values, String otherwise) {
    return new Row(name, kind, values, otherwise);
  }

  /** The path of the protobuf field, where its name is another. */
  Row from(String path) {
    from = path;
    return this;
  }

  /** More of its values, for the reference page. */
  Row note(String text) {
    values += text;
    return this;
  }

  Row otherwise(String words) {
    otherwise = words;
    return this;
  }

  Row required(String such) {
    example = such;
    otherwise = "required";
    return this;
  }

  Row partnerOnly() {
    only = ConnectorType.PARTNER;
    return note("; `partner` only");
  }

  Row onPremisesOnly() {
    only = ConnectorType.ON_PREMISES;
    return note("; `onPremises` only");
  }

  Row forcedTls() {
    forcedTls = true;
    return this;
  }

  Row quiet() {
    quiet = true;
    return this;
  }

  Row in(Group of) {
    group = of;
    return this;
  }

  void inSomeGroup() {
    group = group == null ? Group.MORE : group;
  }

  Row evaluated() {
    return evaluated("");
  }

  Row evaluated(String remark) {
    return exchange(name, Here.EVALUATED, remark);
  }

  Row kept(String remark) {
    return exchange(name, Here.KEPT, remark);
  }

  /** Exchange does not have it. */
  Row added(String remark) {
    return exchange("", Here.ADDED, remark);
  }

  Row exchange(String parameter, Here here, String remark) {
    String capital =
        parameter.startsWith("ef")
            ? "EF" + parameter.substring(2)
            : parameter.isEmpty()
                ? ""
                : parameter.substring(0, 1).toUpperCase(Locale.ROOT) + parameter.substring(1);
    exchange = new Exchange(capital, here, remark);
    return this;
  }

  Field bound(Descriptor message, String prefix) {
    return new Field(
        name,
        from.isEmpty() ? List.of() : path(message, prefix),
        kind,
        example,
        values,
        otherwise,
        only,
        forcedTls,
        quiet,
        exchange,
        group);
  }

  private List<FieldDescriptor> path(Descriptor message, String prefix) {
    List<FieldDescriptor> path = new ArrayList<>();
    Descriptor owner = message;
    for (String step : (prefix + from).split("\\.", -1)) {
      FieldDescriptor field = named(owner, step);
      path.add(field);
      owner =
          field.getJavaType() == FieldDescriptor.JavaType.MESSAGE ? field.getMessageType() : owner;
    }
    return List.copyOf(path);
  }

  private static FieldDescriptor named(Descriptor message, String name) {
    return message.getFields().stream()
        .filter(field -> field.getJsonName().equalsIgnoreCase(name) || field.getName().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(message.getFullName() + "." + name));
  }
}

package io.postern.fields;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.ConnectorType;
import io.postern.names.DomainNames;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A field of a directory object; {@link DirectoryFields} has all. Immutable, any thread.
 *
 * @param name Exchange's parameter in camelCase, as in the directory file
 * @param path of protobuf fields to the value; empty: the kind is a part of the object itself
 * @param kind what it takes
 * @param example of a field that must be there; empty: it may be left out
 * @param values for the reference page
 * @param otherwise the value where the file does not name it, for the reference page
 * @param only the type of connectors that may have it; null: each
 * @param forcedTls it demands something of TLS, and so needs forced TLS
 * @param quiet a flag that is shown only if it is set
 * @param exchange the parameter
 * @param group of the form; null: no form asks it
 */
public record Field(
    String name,
    List<FieldDescriptor> path,
    Kind kind,
    String example,
    String values,
    String otherwise,
    @Nullable ConnectorType only,
    boolean forcedTls,
    boolean quiet,
    Exchange exchange,
    @Nullable Group group) {

  /** The stored value. */
  public Object get(MessageOrBuilder object) {
    MessageOrBuilder owner = object;
    for (FieldDescriptor step : path.subList(0, path.size() - 1)) {
      owner = (MessageOrBuilder) owner.getField(step);
    }
    return owner.getField(path.getLast());
  }

  /** Stores a value. */
  public void set(Message.Builder object, Object value) {
    Message.Builder owner = object;
    for (FieldDescriptor step : path.subList(0, path.size() - 1)) {
      owner = owner.getFieldBuilder(step);
    }
    owner.setField(path.getLast(), value);
  }

  /**
   * Keys of the objects that it names; an empty name names no object.
   *
   * @param organization that the object belongs to
   */
  Stream<String> references(MessageOrBuilder object, String organization) {
    return switch (kind) {
      case Kind.Anchors _ -> {
        String id = ((AnchorSetReference) get(object)).getId();
        String name = id.substring(id.indexOf('/') + 1);
        yield Stream.of("anchor-set/" + DirectoryKeys.anchorSetId(organization, name));
      }
      case Kind.Text text -> Stream.of(get(object)).flatMap(n -> key(text.form(), n, organization));
      case Kind.Texts texts ->
          ((List<?>) get(object)).stream().flatMap(n -> key(texts.form(), n, organization));
      case Kind.Part(FieldTable fields, int most) ->
          (most == 0 ? Stream.of(object) : ((List<?>) get(object)).stream())
              .flatMap(part -> fields.references((MessageOrBuilder) part, organization));
      default -> Stream.of();
    };
  }

  private static Stream<String> key(Kind.Form form, Object name, String organization) {
    return switch (form) {
      case ACCEPTED_DOMAIN -> Stream.of("accepted-domain/" + DomainNames.normal((String) name));
      case OUTBOUND_CONNECTOR -> Stream.of(DirectoryKeys.outboundConnectors(organization) + name);
      default -> Stream.of();
    };
  }

  /** Whether a value is stored that is not the default. */
  public boolean isSet(MessageOrBuilder object) {
    Object value = get(object);
    return value instanceof List<?> list
        ? !list.isEmpty()
        : !value.equals(path.getLast().getDefaultValue());
  }
}

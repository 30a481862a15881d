package io.postern.lab.contracts;

import com.google.protobuf.Descriptors.FieldDescriptor;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.TlsRequirement;
import java.util.List;
import java.util.function.Function;

/** The fields of a TLS requirement, against what is shown of one. Stateless. */
public final class RequirementFields {
  private RequirementFields() {}

  /**
   * The fields that a view hides: one with the field and one without look the same.
   *
   * @param view compared by equals
   */
  public static List<String> hiddenIn(Function<TlsRequirement, ?> view) {
    Object without = view.apply(TlsRequirement.getDefaultInstance());
    return TlsRequirement.getDescriptor().getFields().stream()
        .filter(
            field ->
                view.apply(TlsRequirement.newBuilder().setField(field, other(field)).build())
                    .equals(without))
        .map(FieldDescriptor::getName)
        .toList();
  }

  private static Object other(FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case BOOLEAN -> true;
      case STRING -> "other";
      case ENUM -> field.getEnumType().getValues().getLast();
      case MESSAGE -> AnchorSetReference.newBuilder().setId("other").build();
      default -> throw new IllegalStateException(field.getFullName());
    };
  }
}

package io.postern.console.life;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.TlsRequirement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WordsTest {
  private static Object other(FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case BOOLEAN -> true;
      case STRING -> "other";
      case ENUM -> last(field.getEnumType().getValues());
      case MESSAGE -> AnchorSetReference.newBuilder().setId("other").build();
      default -> throw new IllegalStateException(field.getFullName());
    };
  }

  private static EnumValueDescriptor last(List<EnumValueDescriptor> values) {
    return values.getLast();
  }

  /** A message refused for no-post-quantum showed a requirement that does not ask for it. */
  @Test
  void eachFieldOfARequirementIsShown() {
    List<String> hidden = new ArrayList<>();
    for (FieldDescriptor field : TlsRequirement.getDescriptor().getFields()) {
      TlsRequirement demanding = TlsRequirement.newBuilder().setField(field, other(field)).build();
      if (Words.requirement(demanding)
          .equals(Words.requirement(TlsRequirement.getDefaultInstance()))) {
        hidden.add(field.getName());
      }
    }
    // The name that the handshake asks for is no demand.
    assertThat(hidden).containsExactly("sni");
  }
}

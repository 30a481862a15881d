package io.postern.policy.explain;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.FieldDescriptor;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.TlsRequirement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutsTest {
  private static Object other(FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case BOOLEAN -> true;
      case STRING -> "other";
      case ENUM -> field.getEnumType().getValues().getLast();
      case MESSAGE -> AnchorSetReference.newBuilder().setId("other").build();
      default -> throw new IllegalStateException(field.getFullName());
    };
  }

  /** REQUIRETLS was missing. */
  @Test
  void requirementsThatDifferHaveDifferentWords() {
    List<String> hidden = new ArrayList<>();
    for (FieldDescriptor field : TlsRequirement.getDescriptor().getFields()) {
      TlsRequirement demanding = TlsRequirement.newBuilder().setField(field, other(field)).build();
      if (Outs.words(demanding).equals(Outs.words(TlsRequirement.getDefaultInstance()))) {
        hidden.add(field.getName());
      }
    }
    // The name that the handshake asks for is no demand.
    assertThat(hidden).containsExactly("sni");
  }
}

package io.postern.operator.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.operator.audit.wire.AcceptedRecord;
import io.postern.operator.audit.wire.DecisionRecord;
import io.postern.operator.audit.wire.OutcomeRecord;
import org.junit.jupiter.api.Test;

/** The audit's records are parts of the contract's: each field has its number, name and type. */
class AuditRecordsTest {
  @Test
  void eachFieldIsTheContracts() {
    arePart(AcceptedRecord.getDescriptor(), MessageAccepted.getDescriptor());
    arePart(DecisionRecord.getDescriptor(), Decision.getDescriptor());
    arePart(OutcomeRecord.getDescriptor(), OutcomeRecorded.getDescriptor());
  }

  private static void arePart(Descriptor part, Descriptor whole) {
    for (FieldDescriptor field : part.getFields()) {
      FieldDescriptor original = whole.findFieldByNumber(field.getNumber());
      assertThat(original).as(field.getFullName()).isNotNull();
      assertThat(field.getName()).as(field.getFullName()).isEqualTo(original.getName());
      assertThat(field.getType()).as(field.getFullName()).isEqualTo(original.getType());
      assertThat(field.isRepeated()).as(field.getFullName()).isEqualTo(original.isRepeated());
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
          && !field.getMessageType().equals(original.getMessageType())) {
        arePart(field.getMessageType(), original.getMessageType());
      }
    }
  }
}

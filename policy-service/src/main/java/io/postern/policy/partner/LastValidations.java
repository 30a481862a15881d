package io.postern.policy.partner;

import io.postern.contracts.v1.ConnectorValidation;
import io.postern.contracts.v1.ProbeState;
import io.postern.contracts.v1.ProbeStep;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The last validation of each connector, as far as it is shown: with the steps that failed.
 *
 * <p>Bounds: {@value #MOST_BYTES} bytes of records; those that were read first leave first. Each
 * organization's administrators can fill them with the validations of their connectors, and others
 * then see no last validation. Not thread-safe.
 */
final class LastValidations {
  static final int MOST_BYTES = 16 << 20;

  private final Map<String, ConnectorValidation> byConnector = new LinkedHashMap<>();
  private long bytes;

  void put(String connector, ConnectorValidation validation) {
    remove(connector);
    List<ProbeStep> failed =
        validation.getStepsList().stream()
            .filter(step -> step.getState() == ProbeState.PROBE_FAILED)
            .toList();
    ConnectorValidation kept = validation.toBuilder().clearSteps().addAllSteps(failed).build();
    byConnector.put(connector, kept);
    bytes += size(connector, kept);
    Iterator<Map.Entry<String, ConnectorValidation>> first = byConnector.entrySet().iterator();
    while (bytes > MOST_BYTES && byConnector.size() > 1) {
      Map.Entry<String, ConnectorValidation> oldest = first.next();
      bytes -= size(oldest.getKey(), oldest.getValue());
      first.remove();
    }
  }

  void remove(String connector) {
    ConnectorValidation former = byConnector.remove(connector);
    bytes -= former == null ? 0 : size(connector, former);
  }

  @Nullable ConnectorValidation get(String connector) {
    return byConnector.get(connector);
  }

  long bytes() {
    return bytes;
  }

  private static long size(String connector, ConnectorValidation validation) {
    return connector.length() + (long) validation.getSerializedSize();
  }
}

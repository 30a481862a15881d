package io.postern.delivery.mtasts;

import io.postern.contracts.v1.StsPolicyState;

class MemoryStsPoliciesTest extends StsPoliciesContract {
  private final MemoryStsPolicies policies = new MemoryStsPolicies();

  @Override
  StsPolicies policies() {
    return policies;
  }

  @Override
  void publish(StsPolicyState state) {
    policies.publish(state);
  }

  @Override
  long asked(String domain, String id) {
    return policies.asked().stream().filter((domain + "/" + id)::equals).count();
  }
}

package io.postern.policy.whatif;

import java.util.List;

/**
 * Mail that the draft would decide otherwise, of one partner domain and kind. Names are the JSON's.
 *
 * @param kind acceptedToRefused, refusedToAccepted, otherRefusal, otherConnector (in); otherWay,
 *     requirementRaised, requirementLowered, deliveredToHeld, heldToDelivered (out)
 * @param organization whose mail it is
 * @param partner the sender's domain of mail in, the recipient's of mail out; "others": of all
 *     beyond the bound
 * @param before the connector that decides now; empty: none
 * @param after by the draft
 * @param rule the parameter that refuses, or the respect in which the requirement differs; empty:
 *     none
 * @param count recipients
 * @param samples the first, at most 10
 */
record Difference(
    String kind,
    String organization,
    String partner,
    String before,
    String after,
    String rule,
    long count,
    List<Sample> samples) {
  /**
   * A mail.
   *
   * @param id queue id, or the reference of a refusal
   * @param at when it came
   */
  record Sample(String id, String at, String senderDomain, String recipientDomain) {}
}

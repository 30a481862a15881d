package io.postern.operator.audit;

import io.postern.contracts.DeliveryPosition;

/**
 * Positions of the groups in one partition: records below are consumed.
 *
 * @param accepted of the decider in mail.accepted: of its commit, or where a look has come to, of
 *     the chain of Decisions, if that is further
 * @param due the same in mail.due
 * @param outcomes of the scheduler in mail.outcomes
 * @param notices of the notice writer in mail.notices
 * @param deliveries of delivery in mail.deliveries, with where it reads outcomes back from
 */
record Positions(
    long accepted, long due, long outcomes, long notices, DeliveryPosition deliveries) {}

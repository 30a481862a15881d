/** The hosts of a delivery, by its smart hosts or the DNS. */
@org.jspecify.annotations.NullMarked
package io.postern.delivery.nexthop;

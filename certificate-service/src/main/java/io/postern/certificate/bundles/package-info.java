/** The versions of the default anchor set as they are recorded (certificate.anchors, S10). */
@NullMarked
package io.postern.certificate.bundles;

import org.jspecify.annotations.NullMarked;

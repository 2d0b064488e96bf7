"""The detectors of wear by name, each with what it was measured to do on bearings that ran to failure.

Vibration in mm/s is measured on the velocities of the FEMTO-ST PRONOSTIA set: 6 bearings that failed, 7,534 records.
Acceleration (RMS) on that set and the first of the IMS: 8 bearings that failed and 2 that did not, 16,158 records. An
alarm is useful from 50 to 1 % of the life before failure, and false earlier. It is what an evidence card tells that the
one before did not, with a card every 8 records; the benchmark of maintenance measures it again.
"""

from twinviewer.maintenance.results import DetectorFigures

OWN_BASELINE = "own baseline"
EWMA_CUSUM = "EWMA and CUSUM"
FIGURES = {
    OWN_BASELINE: DetectorFigures(useful=1, failed=6, lead_share=0.295, false_per_1000=0.664),
    EWMA_CUSUM: DetectorFigures(useful=4, failed=6, lead_share=0.029, false_per_1000=1.327),
}
ON_ACCELERATION = {
    OWN_BASELINE: DetectorFigures(8, 8, lead_share=0.129, false_per_1000=0.124, measured_on="accelerations"),
    EWMA_CUSUM: DetectorFigures(7, 8, lead_share=0.124, false_per_1000=0.866, measured_on="accelerations"),
}


def figures_of(detector: str, role: str) -> DetectorFigures:
    """What a detector was measured to do on the kind of signal that has this role."""
    return (ON_ACCELERATION if role == "acceleration" else FIGURES)[detector]

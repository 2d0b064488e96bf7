"""The detectors of wear by name, each with what it was measured to do on bearings that ran to failure.

Vibration is judged in mm/s here, so the series are the velocities of the FEMTO-ST PRONOSTIA set: 6 bearings that
failed, 7,534 records. An alarm is useful from 50 to 1 % of the life before failure, and false earlier. It is what an
evidence card tells that the one before did not, with a card every 8 records; the benchmark of maintenance measures it
again.
"""

from twinviewer.maintenance.results import DetectorFigures

OWN_BASELINE = "own baseline"
EWMA_CUSUM = "EWMA and CUSUM"
FIGURES = {
    OWN_BASELINE: DetectorFigures(useful=1, failed=6, lead_share=0.295, false_per_1000=0.664),
    EWMA_CUSUM: DetectorFigures(useful=4, failed=6, lead_share=0.029, false_per_1000=1.327),
}

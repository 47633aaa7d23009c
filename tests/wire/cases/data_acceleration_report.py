case(
    "get",
    "server.data_acceleration_report.get()",
    """<dataAccelerationReport>
        <comparisonRecord site="rd" sheetURI="Sales/sheets/Map" unacceleratedSessionCount="12"
            averageNonAcceleratedPLT="1.5" acceleratedSessionCount="34" averageAcceleratedPLT="0.25"/>
        <comparisonRecord site="rd" sheetURI="Sales/sheets/List" unacceleratedSessionCount="0"
            averageNonAcceleratedPLT="0.0" acceleratedSessionCount="1" averageAcceleratedPLT="0.125"/>
    </dataAccelerationReport>""",
)
case("get.empty", "server.data_acceleration_report.get()", "<dataAccelerationReport/>")

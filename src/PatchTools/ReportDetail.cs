namespace PatchTools;

/// <summary>How much of a report a cmdlet writes.</summary>
public enum ReportDetail
{
    /// <summary>One <see cref="ComplianceReport"/>.</summary>
    Summary,

    /// <summary>Its findings, one <see cref="PatchFinding"/> each.</summary>
    Detail,
}

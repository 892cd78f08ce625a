namespace PatchTools.Native.Table;

/// <summary>How much of a report is printed; the module's <c>-As</c>.</summary>
internal enum ReportDetail
{
    Summary,
    Detail,
}

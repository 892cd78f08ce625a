namespace PatchTools.Reports.Completing;

/// <summary>
/// How an install names itself in its report: the package managers of the reference spell it each in their own way, and
/// the service sees it (reference 07 §2).
/// </summary>
internal static class OperationSpelling
{
    /// <param name="family">Whose host.</param>
    /// <param name="typed">As the operation was typed.</param>
    /// <param name="hadWork">Something was to be installed.</param>
    public static string OfInstall(PackageFamily family, string typed, bool hadWork) =>
        family switch
        {
            PackageFamily.Dnf when hadWork => "install",
            PackageFamily.Zypper => "install",
            _ => typed,
        };
}

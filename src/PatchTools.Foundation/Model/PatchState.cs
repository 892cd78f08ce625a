namespace PatchTools;

/// <summary>
/// State of one package against a baseline, in AWS's words (reference 06 §1, AWS guide "patch compliance state
/// values").
/// </summary>
public enum PatchState
{
    /// <summary>Installed, in scope of the baseline, nothing newer in scope.</summary>
    Installed,

    /// <summary>Installed, not in scope of the baseline.</summary>
    InstalledOther,

    /// <summary>Installed although the baseline rejects it.</summary>
    InstalledRejected,

    /// <summary>Installed by a patch run since the last boot.</summary>
    InstalledPendingReboot,

    /// <summary>In scope, not installed at all. Counted, never reported as an item.</summary>
    NotApplicable,

    /// <summary>Installed at an older version than the newest one in scope.</summary>
    Missing,

    /// <summary>Still missing after an install tried.</summary>
    Failed,
}

/// <summary>
/// Compliance level of a rule or list, lowest to highest; the names are AWS's spelling on the wire (reference 02 §6).
/// </summary>
public enum ComplianceLevel
{
    UNSPECIFIED,
    INFORMATIONAL,
    LOW,
    MEDIUM,
    HIGH,
    CRITICAL,
}

/// <summary>What the operation does.</summary>
public enum PatchOperation
{
    Scan,
    Install,
}

/// <summary>AWS's reboot option; a scan only passes it on.</summary>
public enum RebootOption
{
    RebootIfNeeded,
    NoReboot,
}

/// <summary>What happens to rejected patches (reference 04, AWS <c>RejectedPatchesAction</c>).</summary>
#pragma warning disable CA1707 // AWS's spelling on the wire
public enum RejectedPatchesAction
{
    ALLOW_AS_DEPENDENCY,
    BLOCK,
}
#pragma warning restore CA1707

/// <summary>Which evaluator decides, by the world of the package manager (reference 03 §7).</summary>
public enum PackageFamily
{
    /// <summary>Debian, Ubuntu, Raspbian: priority and section, security by archive.</summary>
    Apt,

    /// <summary>RHEL ≥ 8 and kin, Amazon Linux 2023, Fedora: advisories, dnf's matching.</summary>
    Dnf,

    /// <summary>RHEL 7 and kin, Amazon Linux 1 and 2: advisories, yum's matching.</summary>
    Yum,

    /// <summary>SLES, openSUSE: patches, zypper's matching.</summary>
    Zypper,
}

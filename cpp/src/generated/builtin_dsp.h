// Generated from builtin.dsp by `python -m flow_synth.synths.builtin_source`; do not edit.
/* ------------------------------------------------------------
license: "MIT"
name: "flow-synth built-in", "dawdreamer"
version: "1.0"
Code generated with Faust 2.85.9 (https://faust.grame.fr)
Compilation options: -lang cpp -fpga-mem-th 4 -ct 1 -cn BuiltinDsp -es 1 -mcd 16 -mdd 1024 -mdy 33 -single -ftz 0
------------------------------------------------------------ */

#ifndef  __BuiltinDsp_H__
#define  __BuiltinDsp_H__

#ifndef FAUSTFLOAT
#define FAUSTFLOAT float
#endif

/* link with : "" */
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <math.h>

#ifndef FAUSTCLASS
#define FAUSTCLASS BuiltinDsp
#endif

#ifdef __APPLE__
#define exp10f __exp10f
#define exp10 __exp10
#endif

#if defined(_WIN32)
#define RESTRICT __restrict
#else
#define RESTRICT __restrict__
#endif


class BuiltinDsp : public dsp {

 private:

	int fSampleRate;
	float fConst0;
	float fConst1;
	int IOTA0;
	FAUSTFLOAT fHslider0;
	float fConst2;
	int iVec0[2];
	int iRec7[2];
	float fConst3;
	FAUSTFLOAT fHslider1;
	FAUSTFLOAT fEntry0;
	FAUSTFLOAT fHslider2;
	float fRec8[2];
	int iRec10[2];
	float fRec9[2];
	FAUSTFLOAT fHslider3;
	FAUSTFLOAT fEntry1;
	FAUSTFLOAT fHslider4;
	FAUSTFLOAT fHslider5;
	float fConst4;
	FAUSTFLOAT fHslider6;
	FAUSTFLOAT fHslider7;
	float fConst5;
	float fRec15[2];
	FAUSTFLOAT fHslider8;
	FAUSTFLOAT fHslider9;
	FAUSTFLOAT fHslider10;
	FAUSTFLOAT fEntry2;
	FAUSTFLOAT fHslider11;
	FAUSTFLOAT fEntry3;
	float fRec16[2];
	FAUSTFLOAT fHslider12;
	FAUSTFLOAT fHslider13;
	float fRec17[2];
	FAUSTFLOAT fHslider14;
	FAUSTFLOAT fHslider15;
	FAUSTFLOAT fHslider16;
	float fConst6;
	FAUSTFLOAT fHslider17;
	FAUSTFLOAT fHslider18;
	int iRec20[2];
	FAUSTFLOAT fHslider19;
	FAUSTFLOAT fHslider20;
	FAUSTFLOAT fHslider21;
	FAUSTFLOAT fHslider22;
	float fRec22[2];
	float fRec21[2];
	float fRec18[2];
	FAUSTFLOAT fHslider23;
	FAUSTFLOAT fHslider24;
	float fConst7;
	FAUSTFLOAT fHslider25;
	float fRec11[2];
	float fRec12[2];
	FAUSTFLOAT fHslider26;
	FAUSTFLOAT fHslider27;
	FAUSTFLOAT fHslider28;
	FAUSTFLOAT fHslider29;
	FAUSTFLOAT fHslider30;
	float fRec26[2];
	float fRec25[2];
	float fRec23[2];
	float fRec27[2];
	float fVec1[2];
	float fRec6[4096];
	FAUSTFLOAT fHslider31;
	float fRec28[2];
	FAUSTFLOAT fHslider32;
	float fConst8;
	int iConst9;
	FAUSTFLOAT fHslider33;
	FAUSTFLOAT fHslider34;
	float fRec5[8192];
	int iConst10;
	float fRec1[2];
	float fRec29[8192];
	int iConst11;
	float fRec2[2];
	float fRec30[8192];
	int iConst12;
	float fRec3[2];
	float fRec31[16384];
	int iConst13;
	float fRec4[2];
	FAUSTFLOAT fHslider35;
	float fRec0[2];

 public:
	BuiltinDsp() {
	}

	BuiltinDsp(const BuiltinDsp&) = default;

	virtual ~BuiltinDsp() = default;

	BuiltinDsp& operator=(const BuiltinDsp&) = default;

	void metadata(Meta* m) {
		m->declare("basics.lib/name", "Faust Basic Element Library");
		m->declare("basics.lib/sAndH:author", "Romain Michon");
		m->declare("basics.lib/version", "1.22.0");
		m->declare("compile_options", "-lang cpp -fpga-mem-th 4 -ct 1 -cn BuiltinDsp -es 1 -mcd 16 -mdd 1024 -mdy 33 -single -ftz 0");
		m->declare("delays.lib/name", "Faust Delay Library");
		m->declare("delays.lib/version", "1.2.0");
		m->declare("filename", "dawdreamer");
		m->declare("filters.lib/dcblocker:author", "Julius O. Smith III");
		m->declare("filters.lib/dcblocker:copyright", "Copyright (C) 2003-2019 by Julius O. Smith III <jos@ccrma.stanford.edu>");
		m->declare("filters.lib/dcblocker:license", "MIT-style STK-4.3 license");
		m->declare("filters.lib/lowpass0_highpass1", "MIT-style STK-4.3 license");
		m->declare("filters.lib/name", "Faust Filters Library");
		m->declare("filters.lib/pole:author", "Julius O. Smith III");
		m->declare("filters.lib/pole:copyright", "Copyright (C) 2003-2019 by Julius O. Smith III <jos@ccrma.stanford.edu>");
		m->declare("filters.lib/pole:license", "MIT-style STK-4.3 license");
		m->declare("filters.lib/version", "1.7.1");
		m->declare("filters.lib/zero:author", "Julius O. Smith III");
		m->declare("filters.lib/zero:copyright", "Copyright (C) 2003-2019 by Julius O. Smith III <jos@ccrma.stanford.edu>");
		m->declare("filters.lib/zero:license", "MIT-style STK-4.3 license");
		m->declare("license", "MIT");
		m->declare("maths.lib/author", "GRAME");
		m->declare("maths.lib/copyright", "GRAME");
		m->declare("maths.lib/license", "LGPL with exception");
		m->declare("maths.lib/name", "Faust Math Library");
		m->declare("maths.lib/version", "2.9.0");
		m->declare("name", "flow-synth built-in");
		m->declare("noises.lib/name", "Faust Noise Generator Library");
		m->declare("noises.lib/version", "1.5.0");
		m->declare("platform.lib/name", "Generic Platform Library");
		m->declare("platform.lib/version", "1.3.0");
		m->declare("signals.lib/name", "Faust Routing Library");
		m->declare("signals.lib/version", "1.6.0");
		m->declare("version", "1.0");
	}

	virtual int getNumInputs() {
		return 2;
	}
	virtual int getNumOutputs() {
		return 2;
	}

	static void classInit(int sample_rate) {
	}

	virtual void instanceConstants(int sample_rate) {
		fSampleRate = sample_rate;
		fConst0 = std::min<float>(1.92e+05f, std::max<float>(1.0f, static_cast<float>(fSampleRate)));
		fConst1 = std::exp(-(3.3333333f / fConst0));
		fConst2 = 6.2831855f / fConst0;
		fConst3 = 1.0f / fConst0;
		fConst4 = 6.91f / fConst0;
		fConst5 = 0.5f / fConst0;
		fConst6 = 0.45f * fConst0;
		fConst7 = 3.1415927f / fConst0;
		fConst8 = 0.001f * fConst0;
		iConst9 = std::min<int>(4096, std::max<int>(0, static_cast<int>(0.008f * fConst0)));
		iConst10 = std::min<int>(16384, std::max<int>(0, static_cast<int>(0.0297f * fConst0)));
		iConst11 = std::min<int>(16384, std::max<int>(0, static_cast<int>(0.0371f * fConst0)));
		iConst12 = std::min<int>(16384, std::max<int>(0, static_cast<int>(0.0411f * fConst0)));
		iConst13 = std::min<int>(16384, std::max<int>(0, static_cast<int>(0.0437f * fConst0)));
	}

	virtual void instanceResetUserInterface() {
		fHslider0 = static_cast<FAUSTFLOAT>(8e+03f);
		fHslider1 = static_cast<FAUSTFLOAT>(0.001f);
		fEntry0 = static_cast<FAUSTFLOAT>(0.0f);
		fHslider2 = static_cast<FAUSTFLOAT>(5.0f);
		fHslider3 = static_cast<FAUSTFLOAT>(0.0f);
		fEntry1 = static_cast<FAUSTFLOAT>(0.0f);
		fHslider4 = static_cast<FAUSTFLOAT>(0.0f);
		fHslider5 = static_cast<FAUSTFLOAT>(0.0f);
		fHslider6 = static_cast<FAUSTFLOAT>(0.1f);
		fHslider7 = static_cast<FAUSTFLOAT>(0.0f);
		fHslider8 = static_cast<FAUSTFLOAT>(0.0f);
		fHslider9 = static_cast<FAUSTFLOAT>(0.0f);
		fHslider10 = static_cast<FAUSTFLOAT>(0.5f);
		fEntry2 = static_cast<FAUSTFLOAT>(0.0f);
		fHslider11 = static_cast<FAUSTFLOAT>(0.0f);
		fEntry3 = static_cast<FAUSTFLOAT>(0.0f);
		fHslider12 = static_cast<FAUSTFLOAT>(2.0f);
		fHslider13 = static_cast<FAUSTFLOAT>(0.5f);
		fHslider14 = static_cast<FAUSTFLOAT>(2.0f);
		fHslider15 = static_cast<FAUSTFLOAT>(0.0f);
		fHslider16 = static_cast<FAUSTFLOAT>(0.0f);
		fHslider17 = static_cast<FAUSTFLOAT>(0.5f);
		fHslider18 = static_cast<FAUSTFLOAT>(0.0f);
		fHslider19 = static_cast<FAUSTFLOAT>(0.1f);
		fHslider20 = static_cast<FAUSTFLOAT>(0.001f);
		fHslider21 = static_cast<FAUSTFLOAT>(0.5f);
		fHslider22 = static_cast<FAUSTFLOAT>(1.0f);
		fHslider23 = static_cast<FAUSTFLOAT>(0.0f);
		fHslider24 = static_cast<FAUSTFLOAT>(1.6e+04f);
		fHslider25 = static_cast<FAUSTFLOAT>(0.0f);
		fHslider26 = static_cast<FAUSTFLOAT>(0.0f);
		fHslider27 = static_cast<FAUSTFLOAT>(0.1f);
		fHslider28 = static_cast<FAUSTFLOAT>(0.001f);
		fHslider29 = static_cast<FAUSTFLOAT>(0.5f);
		fHslider30 = static_cast<FAUSTFLOAT>(1.0f);
		fHslider31 = static_cast<FAUSTFLOAT>(0.5f);
		fHslider32 = static_cast<FAUSTFLOAT>(2.0f);
		fHslider33 = static_cast<FAUSTFLOAT>(0.0f);
		fHslider34 = static_cast<FAUSTFLOAT>(1.5f);
		fHslider35 = static_cast<FAUSTFLOAT>(0.0f);
	}

	virtual void instanceClear() {
		IOTA0 = 0;
		for (int l0 = 0; l0 < 2; l0 = l0 + 1) {
			iVec0[l0] = 0;
		}
		for (int l1 = 0; l1 < 2; l1 = l1 + 1) {
			iRec7[l1] = 0;
		}
		for (int l2 = 0; l2 < 2; l2 = l2 + 1) {
			fRec8[l2] = 0.0f;
		}
		for (int l3 = 0; l3 < 2; l3 = l3 + 1) {
			iRec10[l3] = 0;
		}
		for (int l4 = 0; l4 < 2; l4 = l4 + 1) {
			fRec9[l4] = 0.0f;
		}
		for (int l5 = 0; l5 < 2; l5 = l5 + 1) {
			fRec15[l5] = 0.0f;
		}
		for (int l6 = 0; l6 < 2; l6 = l6 + 1) {
			fRec16[l6] = 0.0f;
		}
		for (int l7 = 0; l7 < 2; l7 = l7 + 1) {
			fRec17[l7] = 0.0f;
		}
		for (int l8 = 0; l8 < 2; l8 = l8 + 1) {
			iRec20[l8] = 0;
		}
		for (int l9 = 0; l9 < 2; l9 = l9 + 1) {
			fRec22[l9] = 0.0f;
		}
		for (int l10 = 0; l10 < 2; l10 = l10 + 1) {
			fRec21[l10] = 0.0f;
		}
		for (int l11 = 0; l11 < 2; l11 = l11 + 1) {
			fRec18[l11] = 0.0f;
		}
		for (int l12 = 0; l12 < 2; l12 = l12 + 1) {
			fRec11[l12] = 0.0f;
		}
		for (int l13 = 0; l13 < 2; l13 = l13 + 1) {
			fRec12[l13] = 0.0f;
		}
		for (int l14 = 0; l14 < 2; l14 = l14 + 1) {
			fRec26[l14] = 0.0f;
		}
		for (int l15 = 0; l15 < 2; l15 = l15 + 1) {
			fRec25[l15] = 0.0f;
		}
		for (int l16 = 0; l16 < 2; l16 = l16 + 1) {
			fRec23[l16] = 0.0f;
		}
		for (int l17 = 0; l17 < 2; l17 = l17 + 1) {
			fRec27[l17] = 0.0f;
		}
		for (int l18 = 0; l18 < 2; l18 = l18 + 1) {
			fVec1[l18] = 0.0f;
		}
		for (int l19 = 0; l19 < 4096; l19 = l19 + 1) {
			fRec6[l19] = 0.0f;
		}
		for (int l20 = 0; l20 < 2; l20 = l20 + 1) {
			fRec28[l20] = 0.0f;
		}
		for (int l21 = 0; l21 < 8192; l21 = l21 + 1) {
			fRec5[l21] = 0.0f;
		}
		for (int l22 = 0; l22 < 2; l22 = l22 + 1) {
			fRec1[l22] = 0.0f;
		}
		for (int l23 = 0; l23 < 8192; l23 = l23 + 1) {
			fRec29[l23] = 0.0f;
		}
		for (int l24 = 0; l24 < 2; l24 = l24 + 1) {
			fRec2[l24] = 0.0f;
		}
		for (int l25 = 0; l25 < 8192; l25 = l25 + 1) {
			fRec30[l25] = 0.0f;
		}
		for (int l26 = 0; l26 < 2; l26 = l26 + 1) {
			fRec3[l26] = 0.0f;
		}
		for (int l27 = 0; l27 < 16384; l27 = l27 + 1) {
			fRec31[l27] = 0.0f;
		}
		for (int l28 = 0; l28 < 2; l28 = l28 + 1) {
			fRec4[l28] = 0.0f;
		}
		for (int l29 = 0; l29 < 2; l29 = l29 + 1) {
			fRec0[l29] = 0.0f;
		}
	}

	virtual void init(int sample_rate) {
		classInit(sample_rate);
		instanceInit(sample_rate);
	}

	virtual void instanceInit(int sample_rate) {
		instanceConstants(sample_rate);
		instanceResetUserInterface();
		instanceClear();
	}

	virtual BuiltinDsp* clone() {
		return new BuiltinDsp(*this);
	}

	virtual int getSampleRate() {
		return fSampleRate;
	}

	virtual void buildUserInterface(UI* ui_interface) {
		ui_interface->openVerticalBox("flow-synth built-in");
		ui_interface->declare(&fHslider14, "00", "");
		ui_interface->declare(&fHslider14, "label", "Osc 1 shape");
		ui_interface->addHorizontalSlider("osc1_shape", &fHslider14, FAUSTFLOAT(2.0f), FAUSTFLOAT(0.0f), FAUSTFLOAT(3.0f), FAUSTFLOAT(0.0001f));
		ui_interface->declare(&fHslider13, "01", "");
		ui_interface->declare(&fHslider13, "label", "Osc 1 pulse width");
		ui_interface->addHorizontalSlider("osc1_pulse_width", &fHslider13, FAUSTFLOAT(0.5f), FAUSTFLOAT(0.5f), FAUSTFLOAT(0.95f), FAUSTFLOAT(0.0001f));
		ui_interface->declare(&fHslider12, "02", "");
		ui_interface->declare(&fHslider12, "label", "Osc 2 shape");
		ui_interface->addHorizontalSlider("osc2_shape", &fHslider12, FAUSTFLOAT(2.0f), FAUSTFLOAT(0.0f), FAUSTFLOAT(3.0f), FAUSTFLOAT(0.0001f));
		ui_interface->declare(&fHslider10, "03", "");
		ui_interface->declare(&fHslider10, "label", "Osc 2 pulse width");
		ui_interface->addHorizontalSlider("osc2_pulse_width", &fHslider10, FAUSTFLOAT(0.5f), FAUSTFLOAT(0.5f), FAUSTFLOAT(0.95f), FAUSTFLOAT(0.0001f));
		ui_interface->declare(&fHslider11, "04", "");
		ui_interface->declare(&fHslider11, "label", "Osc 2 detune");
		ui_interface->declare(&fHslider11, "unit", "cents");
		ui_interface->addHorizontalSlider("osc2_detune", &fHslider11, FAUSTFLOAT(0.0f), FAUSTFLOAT(-5e+01f), FAUSTFLOAT(5e+01f), FAUSTFLOAT(0.001f));
		ui_interface->declare(&fEntry2, "05", "");
		ui_interface->declare(&fEntry2, "label", "Osc 2 octave");
		ui_interface->declare(&fEntry2, "unit", "octaves");
		ui_interface->addNumEntry("osc2_octave", &fEntry2, FAUSTFLOAT(0.0f), FAUSTFLOAT(-2.0f), FAUSTFLOAT(2.0f), FAUSTFLOAT(1.0f));
		ui_interface->declare(&fEntry3, "06", "");
		ui_interface->declare(&fEntry3, "label", "Osc 2 semitones");
		ui_interface->declare(&fEntry3, "unit", "semitones");
		ui_interface->addNumEntry("osc2_semitones", &fEntry3, FAUSTFLOAT(0.0f), FAUSTFLOAT(0.0f), FAUSTFLOAT(11.0f), FAUSTFLOAT(1.0f));
		ui_interface->declare(&fHslider16, "07", "");
		ui_interface->declare(&fHslider16, "label", "Osc mix");
		ui_interface->addHorizontalSlider("osc_mix", &fHslider16, FAUSTFLOAT(0.0f), FAUSTFLOAT(0.0f), FAUSTFLOAT(1.0f), FAUSTFLOAT(0.0001f));
		ui_interface->declare(&fHslider8, "08", "");
		ui_interface->declare(&fHslider8, "label", "Sub level");
		ui_interface->addHorizontalSlider("sub_level", &fHslider8, FAUSTFLOAT(0.0f), FAUSTFLOAT(0.0f), FAUSTFLOAT(1.0f), FAUSTFLOAT(0.0001f));
		ui_interface->declare(&fHslider15, "09", "");
		ui_interface->declare(&fHslider15, "label", "Ring modulation");
		ui_interface->addHorizontalSlider("ring", &fHslider15, FAUSTFLOAT(0.0f), FAUSTFLOAT(0.0f), FAUSTFLOAT(1.0f), FAUSTFLOAT(0.0001f));
		ui_interface->declare(&fHslider4, "10", "");
		ui_interface->declare(&fHslider4, "label", "Noise");
		ui_interface->addHorizontalSlider("noise", &fHslider4, FAUSTFLOAT(0.0f), FAUSTFLOAT(0.0f), FAUSTFLOAT(1.0f), FAUSTFLOAT(0.0001f));
		ui_interface->declare(&fEntry1, "11", "");
		ui_interface->declare(&fEntry1, "label", "Filter mode");
		ui_interface->declare(&fEntry1, "style", "menu{'lowpass':0;'bandpass':1;'highpass':2}");
		ui_interface->addNumEntry("filter_mode", &fEntry1, FAUSTFLOAT(0.0f), FAUSTFLOAT(0.0f), FAUSTFLOAT(2.0f), FAUSTFLOAT(1.0f));
		ui_interface->declare(&fHslider24, "12", "");
		ui_interface->declare(&fHslider24, "label", "Filter cutoff");
		ui_interface->declare(&fHslider24, "scale", "log");
		ui_interface->declare(&fHslider24, "unit", "Hz");
		ui_interface->addHorizontalSlider("filter_cutoff", &fHslider24, FAUSTFLOAT(1.6e+04f), FAUSTFLOAT(4e+01f), FAUSTFLOAT(1.6e+04f), FAUSTFLOAT(0.001f));
		ui_interface->declare(&fHslider25, "13", "");
		ui_interface->declare(&fHslider25, "label", "Filter resonance");
		ui_interface->addHorizontalSlider("filter_resonance", &fHslider25, FAUSTFLOAT(0.0f), FAUSTFLOAT(0.0f), FAUSTFLOAT(1.0f), FAUSTFLOAT(0.0001f));
		ui_interface->declare(&fHslider23, "14", "");
		ui_interface->declare(&fHslider23, "label", "Filter envelope");
		ui_interface->declare(&fHslider23, "unit", "octaves");
		ui_interface->addHorizontalSlider("filter_env_amount", &fHslider23, FAUSTFLOAT(0.0f), FAUSTFLOAT(-6.0f), FAUSTFLOAT(6.0f), FAUSTFLOAT(0.0001f));
		ui_interface->declare(&fHslider17, "15", "");
		ui_interface->declare(&fHslider17, "label", "Filter key tracking");
		ui_interface->addHorizontalSlider("filter_key_tracking", &fHslider17, FAUSTFLOAT(0.5f), FAUSTFLOAT(0.0f), FAUSTFLOAT(1.0f), FAUSTFLOAT(0.0001f));
		ui_interface->declare(&fHslider20, "16", "");
		ui_interface->declare(&fHslider20, "label", "Filter attack");
		ui_interface->declare(&fHslider20, "scale", "log");
		ui_interface->declare(&fHslider20, "unit", "s");
		ui_interface->addHorizontalSlider("filter_attack", &fHslider20, FAUSTFLOAT(0.001f), FAUSTFLOAT(0.001f), FAUSTFLOAT(4.0f), FAUSTFLOAT(1e-05f));
		ui_interface->declare(&fHslider21, "17", "");
		ui_interface->declare(&fHslider21, "label", "Filter decay");
		ui_interface->declare(&fHslider21, "scale", "log");
		ui_interface->declare(&fHslider21, "unit", "s");
		ui_interface->addHorizontalSlider("filter_decay", &fHslider21, FAUSTFLOAT(0.5f), FAUSTFLOAT(0.01f), FAUSTFLOAT(8.0f), FAUSTFLOAT(1e-05f));
		ui_interface->declare(&fHslider22, "18", "");
		ui_interface->declare(&fHslider22, "label", "Filter sustain");
		ui_interface->addHorizontalSlider("filter_sustain", &fHslider22, FAUSTFLOAT(1.0f), FAUSTFLOAT(0.0f), FAUSTFLOAT(1.0f), FAUSTFLOAT(0.0001f));
		ui_interface->declare(&fHslider19, "19", "");
		ui_interface->declare(&fHslider19, "label", "Filter release");
		ui_interface->declare(&fHslider19, "scale", "log");
		ui_interface->declare(&fHslider19, "unit", "s");
		ui_interface->addHorizontalSlider("filter_release", &fHslider19, FAUSTFLOAT(0.1f), FAUSTFLOAT(0.01f), FAUSTFLOAT(8.0f), FAUSTFLOAT(1e-05f));
		ui_interface->declare(&fHslider28, "20", "");
		ui_interface->declare(&fHslider28, "label", "Amp attack");
		ui_interface->declare(&fHslider28, "scale", "log");
		ui_interface->declare(&fHslider28, "unit", "s");
		ui_interface->addHorizontalSlider("amp_attack", &fHslider28, FAUSTFLOAT(0.001f), FAUSTFLOAT(0.001f), FAUSTFLOAT(4.0f), FAUSTFLOAT(1e-05f));
		ui_interface->declare(&fHslider29, "21", "");
		ui_interface->declare(&fHslider29, "label", "Amp decay");
		ui_interface->declare(&fHslider29, "scale", "log");
		ui_interface->declare(&fHslider29, "unit", "s");
		ui_interface->addHorizontalSlider("amp_decay", &fHslider29, FAUSTFLOAT(0.5f), FAUSTFLOAT(0.01f), FAUSTFLOAT(8.0f), FAUSTFLOAT(1e-05f));
		ui_interface->declare(&fHslider30, "22", "");
		ui_interface->declare(&fHslider30, "label", "Amp sustain");
		ui_interface->addHorizontalSlider("amp_sustain", &fHslider30, FAUSTFLOAT(1.0f), FAUSTFLOAT(0.0f), FAUSTFLOAT(1.0f), FAUSTFLOAT(0.0001f));
		ui_interface->declare(&fHslider27, "23", "");
		ui_interface->declare(&fHslider27, "label", "Amp release");
		ui_interface->declare(&fHslider27, "scale", "log");
		ui_interface->declare(&fHslider27, "unit", "s");
		ui_interface->addHorizontalSlider("amp_release", &fHslider27, FAUSTFLOAT(0.1f), FAUSTFLOAT(0.01f), FAUSTFLOAT(8.0f), FAUSTFLOAT(1e-05f));
		ui_interface->declare(&fHslider7, "24", "");
		ui_interface->declare(&fHslider7, "label", "Pitch envelope");
		ui_interface->declare(&fHslider7, "unit", "semitones");
		ui_interface->addHorizontalSlider("pitch_env_amount", &fHslider7, FAUSTFLOAT(0.0f), FAUSTFLOAT(-24.0f), FAUSTFLOAT(24.0f), FAUSTFLOAT(0.0001f));
		ui_interface->declare(&fHslider6, "25", "");
		ui_interface->declare(&fHslider6, "label", "Pitch envelope decay");
		ui_interface->declare(&fHslider6, "scale", "log");
		ui_interface->declare(&fHslider6, "unit", "s");
		ui_interface->addHorizontalSlider("pitch_env_decay", &fHslider6, FAUSTFLOAT(0.1f), FAUSTFLOAT(0.005f), FAUSTFLOAT(2.0f), FAUSTFLOAT(1e-05f));
		ui_interface->declare(&fEntry0, "26", "");
		ui_interface->declare(&fEntry0, "label", "LFO shape");
		ui_interface->declare(&fEntry0, "style", "menu{'sine':0;'triangle':1;'square':2;'random':3}");
		ui_interface->addNumEntry("lfo_shape", &fEntry0, FAUSTFLOAT(0.0f), FAUSTFLOAT(0.0f), FAUSTFLOAT(3.0f), FAUSTFLOAT(1.0f));
		ui_interface->declare(&fHslider2, "27", "");
		ui_interface->declare(&fHslider2, "label", "LFO rate");
		ui_interface->declare(&fHslider2, "scale", "log");
		ui_interface->declare(&fHslider2, "unit", "Hz");
		ui_interface->addHorizontalSlider("lfo_rate", &fHslider2, FAUSTFLOAT(5.0f), FAUSTFLOAT(0.05f), FAUSTFLOAT(2e+01f), FAUSTFLOAT(0.0001f));
		ui_interface->declare(&fHslider1, "28", "");
		ui_interface->declare(&fHslider1, "label", "LFO fade-in");
		ui_interface->declare(&fHslider1, "scale", "log");
		ui_interface->declare(&fHslider1, "unit", "s");
		ui_interface->addHorizontalSlider("lfo_fade", &fHslider1, FAUSTFLOAT(0.001f), FAUSTFLOAT(0.001f), FAUSTFLOAT(4.0f), FAUSTFLOAT(1e-05f));
		ui_interface->declare(&fHslider5, "29", "");
		ui_interface->declare(&fHslider5, "label", "LFO to pitch");
		ui_interface->declare(&fHslider5, "unit", "semitones");
		ui_interface->addHorizontalSlider("lfo_to_pitch", &fHslider5, FAUSTFLOAT(0.0f), FAUSTFLOAT(0.0f), FAUSTFLOAT(2.0f), FAUSTFLOAT(0.0001f));
		ui_interface->declare(&fHslider18, "30", "");
		ui_interface->declare(&fHslider18, "label", "LFO to filter");
		ui_interface->declare(&fHslider18, "unit", "octaves");
		ui_interface->addHorizontalSlider("lfo_to_filter", &fHslider18, FAUSTFLOAT(0.0f), FAUSTFLOAT(0.0f), FAUSTFLOAT(3.0f), FAUSTFLOAT(0.0001f));
		ui_interface->declare(&fHslider3, "31", "");
		ui_interface->declare(&fHslider3, "label", "LFO to amp");
		ui_interface->addHorizontalSlider("lfo_to_amp", &fHslider3, FAUSTFLOAT(0.0f), FAUSTFLOAT(0.0f), FAUSTFLOAT(1.0f), FAUSTFLOAT(0.0001f));
		ui_interface->declare(&fHslider9, "32", "");
		ui_interface->declare(&fHslider9, "label", "LFO to pulse width");
		ui_interface->addHorizontalSlider("lfo_to_pulse_width", &fHslider9, FAUSTFLOAT(0.0f), FAUSTFLOAT(0.0f), FAUSTFLOAT(0.45f), FAUSTFLOAT(0.0001f));
		ui_interface->declare(&fHslider26, "33", "");
		ui_interface->declare(&fHslider26, "label", "Drive");
		ui_interface->declare(&fHslider26, "unit", "dB");
		ui_interface->addHorizontalSlider("drive", &fHslider26, FAUSTFLOAT(0.0f), FAUSTFLOAT(0.0f), FAUSTFLOAT(36.0f), FAUSTFLOAT(0.001f));
		ui_interface->declare(&fHslider33, "34", "");
		ui_interface->declare(&fHslider33, "label", "Chorus mix");
		ui_interface->addHorizontalSlider("chorus_mix", &fHslider33, FAUSTFLOAT(0.0f), FAUSTFLOAT(0.0f), FAUSTFLOAT(1.0f), FAUSTFLOAT(0.0001f));
		ui_interface->declare(&fHslider31, "35", "");
		ui_interface->declare(&fHslider31, "label", "Chorus rate");
		ui_interface->declare(&fHslider31, "scale", "log");
		ui_interface->declare(&fHslider31, "unit", "Hz");
		ui_interface->addHorizontalSlider("chorus_rate", &fHslider31, FAUSTFLOAT(0.5f), FAUSTFLOAT(0.1f), FAUSTFLOAT(5.0f), FAUSTFLOAT(0.0001f));
		ui_interface->declare(&fHslider32, "36", "");
		ui_interface->declare(&fHslider32, "label", "Chorus depth");
		ui_interface->declare(&fHslider32, "unit", "ms");
		ui_interface->addHorizontalSlider("chorus_depth", &fHslider32, FAUSTFLOAT(2.0f), FAUSTFLOAT(0.0f), FAUSTFLOAT(5.0f), FAUSTFLOAT(0.001f));
		ui_interface->declare(&fHslider35, "37", "");
		ui_interface->declare(&fHslider35, "label", "Reverb mix");
		ui_interface->addHorizontalSlider("reverb_mix", &fHslider35, FAUSTFLOAT(0.0f), FAUSTFLOAT(0.0f), FAUSTFLOAT(1.0f), FAUSTFLOAT(0.0001f));
		ui_interface->declare(&fHslider34, "38", "");
		ui_interface->declare(&fHslider34, "label", "Reverb decay");
		ui_interface->declare(&fHslider34, "scale", "log");
		ui_interface->declare(&fHslider34, "unit", "s");
		ui_interface->addHorizontalSlider("reverb_decay", &fHslider34, FAUSTFLOAT(1.5f), FAUSTFLOAT(0.2f), FAUSTFLOAT(1e+01f), FAUSTFLOAT(0.001f));
		ui_interface->declare(&fHslider0, "39", "");
		ui_interface->declare(&fHslider0, "label", "Reverb damping");
		ui_interface->declare(&fHslider0, "scale", "log");
		ui_interface->declare(&fHslider0, "unit", "Hz");
		ui_interface->addHorizontalSlider("reverb_damping", &fHslider0, FAUSTFLOAT(8e+03f), FAUSTFLOAT(5e+02f), FAUSTFLOAT(1.6e+04f), FAUSTFLOAT(0.01f));
		ui_interface->closeBox();
	}

	virtual void compute(int count, FAUSTFLOAT** RESTRICT inputs, FAUSTFLOAT** RESTRICT outputs) {
		FAUSTFLOAT* input0 = inputs[0];
		FAUSTFLOAT* input1 = inputs[1];
		FAUSTFLOAT* output0 = outputs[0];
		FAUSTFLOAT* output1 = outputs[1];
		float fSlow0 = std::exp(-(fConst2 * static_cast<float>(fHslider0)));
		float fSlow1 = std::max<float>(1e-06f, 1.0f / static_cast<float>(fHslider1));
		int iSlow2 = static_cast<int>(static_cast<float>(fEntry0));
		int iSlow3 = iSlow2 >= 2;
		int iSlow4 = iSlow2 >= 1;
		float fSlow5 = fConst3 * static_cast<float>(fHslider2);
		int iSlow6 = iSlow2 >= 3;
		float fSlow7 = 0.5f * static_cast<float>(fHslider3);
		float fSlow8 = static_cast<float>(fEntry1);
		int iSlow9 = static_cast<int>(fSlow8);
		int iSlow10 = iSlow9 >= 2;
		int iSlow11 = iSlow9 >= 1;
		float fSlow12 = static_cast<float>(fHslider4);
		float fSlow13 = 4.656613e-10f * fSlow12;
		float fSlow14 = static_cast<float>(fHslider5);
		float fSlow15 = std::max<float>(1e-06f, 1.0f / static_cast<float>(fHslider6));
		float fSlow16 = static_cast<float>(fHslider7);
		float fSlow17 = 0.5f * static_cast<float>(fHslider8);
		float fSlow18 = static_cast<float>(fHslider9);
		float fSlow19 = static_cast<float>(fHslider10);
		float fSlow20 = fConst3 * std::pow(2.0f, 0.083333336f * (static_cast<float>(fEntry3) + 0.01f * static_cast<float>(fHslider11) + 12.0f * static_cast<float>(fEntry2)));
		float fSlow21 = static_cast<float>(fHslider12);
		float fSlow22 = 0.6f * std::max<float>(0.0f, 1.0f - std::fabs(fSlow21 + -3.0f));
		float fSlow23 = std::max<float>(0.0f, 1.0f - std::fabs(fSlow21 + -2.0f));
		float fSlow24 = std::max<float>(0.0f, 1.0f - std::fabs(fSlow21 + -1.0f));
		float fSlow25 = std::max<float>(0.0f, 1.0f - std::fabs(fSlow21));
		float fSlow26 = static_cast<float>(fHslider13);
		float fSlow27 = static_cast<float>(fHslider14);
		float fSlow28 = 0.6f * std::max<float>(0.0f, 1.0f - std::fabs(fSlow27 + -3.0f));
		float fSlow29 = std::max<float>(0.0f, 1.0f - std::fabs(fSlow27 + -2.0f));
		float fSlow30 = std::max<float>(0.0f, 1.0f - std::fabs(fSlow27 + -1.0f));
		float fSlow31 = std::max<float>(0.0f, 1.0f - std::fabs(fSlow27));
		float fSlow32 = static_cast<float>(fHslider15);
		float fSlow33 = 1.4f * fSlow32;
		float fSlow34 = static_cast<float>(fHslider16);
		float fSlow35 = 1.0f - fSlow34;
		float fSlow36 = 1.0f - fSlow32;
		float fSlow37 = 1.0f - fSlow12;
		int iSlow38 = fSlow8 > 0.0f;
		float fSlow39 = 1.442695f * static_cast<float>(fHslider17);
		float fSlow40 = static_cast<float>(fHslider18);
		float fSlow41 = std::max<float>(1e-06f, 1.0f / static_cast<float>(fHslider19));
		float fSlow42 = static_cast<float>(fHslider20);
		float fSlow43 = std::max<float>(1e-06f, 1.0f / static_cast<float>(fHslider21));
		float fSlow44 = static_cast<float>(fHslider22);
		float fSlow45 = 1.0f - fSlow44;
		float fSlow46 = std::max<float>(1e-06f, 1.0f / fSlow42);
		float fSlow47 = static_cast<float>(fHslider23);
		float fSlow48 = static_cast<float>(fHslider24);
		float fSlow49 = 1.9f * static_cast<float>(fHslider25);
		float fSlow50 = 2.0f - fSlow49;
		float fSlow51 = 0.5f * std::pow(1e+01f, 0.05f * static_cast<float>(fHslider26));
		float fSlow52 = std::max<float>(1e-06f, 1.0f / static_cast<float>(fHslider27));
		float fSlow53 = static_cast<float>(fHslider28);
		float fSlow54 = std::max<float>(1e-06f, 1.0f / static_cast<float>(fHslider29));
		float fSlow55 = static_cast<float>(fHslider30);
		float fSlow56 = 1.0f - fSlow55;
		float fSlow57 = std::max<float>(1e-06f, 1.0f / fSlow53);
		float fSlow58 = 0.7f / tanhf(fSlow51);
		float fSlow59 = fConst3 * static_cast<float>(fHslider31);
		float fSlow60 = fConst8 * static_cast<float>(fHslider32);
		float fSlow61 = static_cast<float>(fHslider33);
		float fSlow62 = 0.7f * fSlow61;
		float fSlow63 = 1.0f - 0.5f * fSlow61;
		float fSlow64 = static_cast<float>(fHslider34);
		float fSlow65 = 1.0f - fSlow0;
		float fSlow66 = fSlow65 * std::pow(1e+01f, -(0.0891f / fSlow64));
		float fSlow67 = fSlow65 * std::pow(1e+01f, -(0.1113f / fSlow64));
		float fSlow68 = fSlow65 * std::pow(1e+01f, -(0.1233f / fSlow64));
		float fSlow69 = fSlow65 * std::pow(1e+01f, -(0.1311f / fSlow64));
		float fSlow70 = static_cast<float>(fHslider35);
		float fSlow71 = 0.5f * fSlow70;
		float fSlow72 = 1.0f - 0.6f * fSlow70;
		for (int i0 = 0; i0 < count; i0 = i0 + 1) {
			float fTemp0 = fRec1[1] + fRec2[1];
			float fTemp1 = static_cast<float>(input0[i0]);
			int iTemp2 = fTemp1 > 0.0f;
			iVec0[0] = iTemp2;
			int iTemp3 = iTemp2 > iVec0[1];
			int iTemp4 = 1 - iTemp3;
			iRec7[0] = (iRec7[1] + 1) * iTemp4;
			float fTemp5 = static_cast<float>(iRec7[0]);
			float fTemp6 = fConst3 * fTemp5;
			float fTemp7 = std::min<float>(1e+06f, fTemp6);
			float fTemp8 = (fSlow5 + fRec8[1]) * static_cast<float>(iTemp4);
			fRec8[0] = fTemp8 - std::floor(fTemp8);
			iRec10[0] = 1103515245 * iRec10[1] + 12345;
			float fTemp9 = static_cast<float>(iRec10[0]);
			fRec9[0] = (((fRec8[0] < fRec8[1]) | iTemp3) ? 4.656613e-10f * fTemp9 : fRec9[1]);
			float fTemp10 = ((iSlow3) ? ((iSlow6) ? fRec9[0] : static_cast<float>(1 - 2 * (fRec8[0] >= 0.5f))) : ((iSlow4) ? 1.0f - 4.0f * std::fabs(fRec8[0] + (-0.25f - std::floor(fRec8[0] + 0.25f))) : std::sin(6.2831855f * fRec8[0]))) * std::min<float>(1.0f, fSlow1 * fTemp7);
			float fTemp11 = std::max<float>(8.0f, static_cast<float>(input1[i0]) * std::pow(2.0f, 0.083333336f * (fSlow16 * std::exp(-(fSlow15 * std::min<float>(1e+06f, fConst4 * fTemp5))) + fSlow14 * fTemp10)));
			float fTemp12 = fRec15[1] + std::min<float>(0.45f, fConst5 * fTemp11);
			fRec15[0] = fTemp12 - std::floor(fTemp12);
			float fTemp13 = fSlow18 * fTemp10;
			float fTemp14 = std::max<float>(0.05f, std::min<float>(0.95f, fSlow19 + fTemp13));
			float fTemp15 = std::min<float>(0.45f, fSlow20 * fTemp11);
			float fTemp16 = 1.0f - fTemp15;
			float fTemp17 = fRec16[1] + fTemp15;
			fRec16[0] = fTemp17 - std::floor(fTemp17);
			float fTemp18 = fRec16[0] + -1.0f;
			float fTemp19 = ((fRec16[0] > fTemp16) ? -(fTemp18 * (fTemp18 / fTemp15 + 1.0f + 1.0f) / fTemp15 + 1.0f) : 0.0f);
			float fTemp20 = fTemp14 + std::floor(fRec16[0] + (1.0f - fTemp14));
			float fTemp21 = fRec16[0] + (1.0f - fTemp20);
			float fTemp22 = fRec16[0] - fTemp20;
			float fTemp23 = ((fRec16[0] < fTemp15) ? fRec16[0] * (2.0f - fRec16[0] / fTemp15) / fTemp15 + -1.0f : 0.0f);
			float fTemp24 = fSlow25 * std::sin(6.2831855f * fRec16[0]) + fSlow24 * (1.0f - 4.0f * std::fabs(fRec16[0] + (-0.25f - std::floor(fRec16[0] + 0.25f)))) + fSlow23 * (2.0f * fRec16[0] + fTemp19 + (-1.0f - fTemp23)) + fSlow22 * (fTemp23 + static_cast<float>(((fRec16[0] < fTemp14) ? 1 : -1)) + ((fTemp21 > fTemp16) ? -(fTemp22 * (fTemp22 / fTemp15 + 1.0f + 1.0f) / fTemp15 + 1.0f) : 0.0f) + (1.0f - (((fTemp21 < fTemp15) ? fTemp21 * (2.0f - fTemp21 / fTemp15) / fTemp15 + -1.0f : 0.0f) + fTemp19 + 2.0f * fTemp14)));
			float fTemp25 = std::max<float>(0.05f, std::min<float>(0.95f, fSlow26 + fTemp13));
			float fTemp26 = std::min<float>(0.45f, fConst3 * fTemp11);
			float fTemp27 = 1.0f - fTemp26;
			float fTemp28 = fRec17[1] + fTemp26;
			fRec17[0] = fTemp28 - std::floor(fTemp28);
			float fTemp29 = fRec17[0] + -1.0f;
			float fTemp30 = ((fRec17[0] > fTemp27) ? -(fTemp29 * (fTemp29 / fTemp26 + 1.0f + 1.0f) / fTemp26 + 1.0f) : 0.0f);
			float fTemp31 = fTemp25 + std::floor(fRec17[0] + (1.0f - fTemp25));
			float fTemp32 = fRec17[0] + (1.0f - fTemp31);
			float fTemp33 = fRec17[0] - fTemp31;
			float fTemp34 = ((fRec17[0] < fTemp26) ? fRec17[0] * (2.0f - fRec17[0] / fTemp26) / fTemp26 + -1.0f : 0.0f);
			float fTemp35 = fSlow31 * std::sin(6.2831855f * fRec17[0]) + fSlow30 * (1.0f - 4.0f * std::fabs(fRec17[0] + (-0.25f - std::floor(fRec17[0] + 0.25f)))) + fSlow29 * (2.0f * fRec17[0] + fTemp30 + (-1.0f - fTemp34)) + fSlow28 * (fTemp34 + static_cast<float>(((fRec17[0] < fTemp25) ? 1 : -1)) + ((fTemp32 > fTemp27) ? -(fTemp33 * (fTemp33 / fTemp26 + 1.0f + 1.0f) / fTemp26 + 1.0f) : 0.0f) + (1.0f - (((fTemp32 < fTemp26) ? fTemp32 * (2.0f - fTemp32 / fTemp26) / fTemp26 + -1.0f : 0.0f) + fTemp30 + 2.0f * fTemp25)));
			float fTemp36 = fSlow37 * (fSlow36 * (fSlow35 * fTemp35 + fSlow34 * fTemp24) + fSlow33 * fTemp35 * fTemp24) + fSlow17 * (std::sin(6.2831855f * fRec15[0]) + (1.0f - 4.0f * std::fabs(fRec15[0] + (-0.25f - std::floor(fRec15[0] + 0.25f))))) + fSlow13 * fTemp9;
			iRec20[0] = (1 - iTemp2) * (iRec20[1] + 1);
			float fTemp37 = std::min<float>(1e+06f, fConst4 * static_cast<float>(iRec20[0]));
			fRec22[0] = ((iTemp3) ? fRec18[1] : fRec22[1]);
			float fTemp38 = ((fTemp6 < fSlow42) ? fRec22[0] + 1.0186573f * (1.0f - fRec22[0]) * (1.0f - std::exp(-(4.0f * std::min<float>(1.0f, fSlow46 * fTemp7)))) : fSlow44 + fSlow45 * std::exp(-(fSlow43 * std::min<float>(1e+06f, 6.91f * (fTemp6 - fSlow42)))));
			fRec21[0] = ((iTemp2) ? fTemp38 : fRec21[1]);
			float fTemp39 = ((iTemp2) ? fTemp38 : fRec21[0] * std::exp(-(fSlow41 * fTemp37)));
			fRec18[0] = fTemp39;
			float fRec19 = fTemp39;
			float fTemp40 = std::tan(fConst7 * std::min<float>(std::min<float>(fConst6, ((iSlow38) ? 8.0f * fTemp11 : 2e+04f)), std::max<float>(std::max<float>(0.5f * fTemp11, 4e+01f), fSlow48 * std::pow(2.0f, fSlow47 * fRec19 + fSlow40 * fTemp10 + fSlow39 * std::log(0.0038222559f * fTemp11)))));
			float fTemp41 = fRec11[1] + fTemp40 * (fTemp36 - fRec12[1]);
			float fTemp42 = std::max<float>(0.0f, 1.0f / (fTemp40 * (fTemp40 + 2.0f - fSlow49) + 1.0f));
			float fTemp43 = fTemp42 * fTemp41;
			fRec11[0] = 2.0f * fTemp43 - fRec11[1];
			float fTemp44 = fRec12[1] + fTemp40 * fTemp42 * fTemp41;
			fRec12[0] = 2.0f * fTemp44 - fRec12[1];
			float fRec13 = fTemp43;
			float fRec14 = fTemp44;
			float fTemp45 = fSlow50 * fRec13;
			fRec26[0] = ((iTemp3) ? fRec23[1] : fRec26[1]);
			float fTemp46 = ((fTemp6 < fSlow53) ? fRec26[0] + 1.0186573f * (1.0f - fRec26[0]) * (1.0f - std::exp(-(4.0f * std::min<float>(1.0f, fSlow57 * fTemp7)))) : fSlow55 + fSlow56 * std::exp(-(fSlow54 * std::min<float>(1e+06f, 6.91f * (fTemp6 - fSlow53)))));
			fRec25[0] = ((iTemp2) ? fTemp46 : fRec25[1]);
			float fTemp47 = ((iTemp2) ? fTemp46 : fRec25[0] * std::exp(-(fSlow52 * fTemp37)));
			fRec23[0] = fTemp47;
			float fRec24 = fTemp47;
			fRec27[0] = ((iTemp2) ? fTemp1 : fRec27[1]);
			float fTemp48 = fSlow58 * fRec27[0] * fRec24 * tanhf(fSlow51 * ((iSlow10) ? fTemp36 - (fRec14 + fTemp45) : ((iSlow11) ? fTemp45 : fRec14))) * (1.0f - fSlow7 * (fTemp10 + 1.0f));
			fVec1[0] = fTemp48;
			fRec6[IOTA0 & 4095] = 0.995f * fRec6[(IOTA0 - 1) & 4095] + fTemp48 - fVec1[1];
			fRec28[0] = fSlow59 + (fRec28[1] - std::floor(fSlow59 + fRec28[1]));
			float fTemp49 = std::sin(6.2831855f * fRec28[0]);
			float fTemp50 = fSlow60 * (fTemp49 + 1.0f);
			int iTemp51 = static_cast<int>(fTemp50);
			float fTemp52 = std::floor(fTemp50);
			float fTemp53 = fSlow63 * fRec6[IOTA0 & 4095];
			float fTemp54 = fTemp53 + fSlow62 * (fRec6[(IOTA0 - (iConst9 + std::min<int>(4097, std::max<int>(0, iTemp51)))) & 4095] * (fTemp52 + (1.0f - fTemp50)) + (fTemp50 - fTemp52) * fRec6[(IOTA0 - (iConst9 + std::min<int>(4097, std::max<int>(0, iTemp51 + 1)))) & 4095]);
			fRec5[IOTA0 & 8191] = fSlow66 * (fTemp54 + 0.5f * (fTemp0 + fRec3[1] + fRec4[1])) + fSlow0 * fRec5[(IOTA0 - 1) & 8191];
			fRec1[0] = fRec5[(IOTA0 - iConst10) & 8191];
			float fTemp55 = fSlow60 * (1.0f - fTemp49);
			int iTemp56 = static_cast<int>(fTemp55);
			float fTemp57 = std::floor(fTemp55);
			float fTemp58 = fSlow62 * (fRec6[(IOTA0 - (iConst9 + std::min<int>(4097, std::max<int>(0, iTemp56)))) & 4095] * (fTemp57 + (1.0f - fTemp55)) + (fTemp55 - fTemp57) * fRec6[(IOTA0 - (iConst9 + std::min<int>(4097, std::max<int>(0, iTemp56 + 1)))) & 4095]);
			fRec29[IOTA0 & 8191] = fSlow67 * (fTemp58 + fTemp53 + 0.5f * (fRec1[1] + fRec3[1] - (fRec2[1] + fRec4[1]))) + fSlow0 * fRec29[(IOTA0 - 1) & 8191];
			fRec2[0] = fRec29[(IOTA0 - iConst11) & 8191];
			fRec30[IOTA0 & 8191] = fSlow68 * (0.5f * (fTemp0 - (fRec3[1] + fRec4[1])) - fTemp54) + fSlow0 * fRec30[(IOTA0 - 1) & 8191];
			fRec3[0] = fRec30[(IOTA0 - iConst12) & 8191];
			float fTemp59 = fTemp53 + fTemp58;
			fRec31[IOTA0 & 16383] = fSlow69 * (0.5f * (fRec1[1] + fRec4[1] - (fRec2[1] + fRec3[1])) - fTemp59) + fSlow0 * fRec31[(IOTA0 - 1) & 16383];
			fRec4[0] = fRec31[(IOTA0 - iConst13) & 16383];
			float fTemp60 = fSlow72 * fTemp54 + fSlow71 * (fRec1[0] + fRec3[0]);
			float fTemp61 = fSlow72 * fTemp59 + fSlow71 * (fRec2[0] + fRec4[0]);
			fRec0[0] = std::max<float>(fConst1 * fRec0[1], std::max<float>(std::fabs(fTemp60), std::fabs(fTemp61)));
			float fTemp62 = std::max<float>(0.9f, fRec0[0]);
			output0[i0] = static_cast<FAUSTFLOAT>(0.9f * (fTemp60 / fTemp62));
			output1[i0] = static_cast<FAUSTFLOAT>(0.9f * (fTemp61 / fTemp62));
			IOTA0 = IOTA0 + 1;
			iVec0[1] = iVec0[0];
			iRec7[1] = iRec7[0];
			fRec8[1] = fRec8[0];
			iRec10[1] = iRec10[0];
			fRec9[1] = fRec9[0];
			fRec15[1] = fRec15[0];
			fRec16[1] = fRec16[0];
			fRec17[1] = fRec17[0];
			iRec20[1] = iRec20[0];
			fRec22[1] = fRec22[0];
			fRec21[1] = fRec21[0];
			fRec18[1] = fRec18[0];
			fRec11[1] = fRec11[0];
			fRec12[1] = fRec12[0];
			fRec26[1] = fRec26[0];
			fRec25[1] = fRec25[0];
			fRec23[1] = fRec23[0];
			fRec27[1] = fRec27[0];
			fVec1[1] = fVec1[0];
			fRec28[1] = fRec28[0];
			fRec1[1] = fRec1[0];
			fRec2[1] = fRec2[0];
			fRec3[1] = fRec3[0];
			fRec4[1] = fRec4[0];
			fRec0[1] = fRec0[0];
		}
	}

};

#endif
